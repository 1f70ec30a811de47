"""A past run comes out the same again, or the flow says what differs."""

import pytest
from making import Finished
from prefect.states import State

from daybreak.errors import BadInput
from flows.reproduce_run import reproduce_run

pytestmark = pytest.mark.usefixtures("on_stack")


def test_a_run_is_reproduced(finished: Finished, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(finished.night.project.root)
    state: State = reproduce_run(run=finished.record.run_id, return_state=True)
    assert (state.name, state.result().differences) == ("Identical", ())


def test_an_unknown_run_fails_and_says_so(finished: Finished, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(finished.night.project.root)
    state: State = reproduce_run(run="20200101-nothing", return_state=True)
    assert isinstance(state.result(raise_on_failure=False), BadInput)
