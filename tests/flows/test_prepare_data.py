"""The flow prepares the data and says what came of it."""

import pytest
from making import write_csv
from prefect.states import State

from daybreak.errors import DataError
from daybreak.records import Project
from flows.prepare_data import prepare_data

pytestmark = [pytest.mark.usefixtures("on_stack"), pytest.mark.slow]


def test_it_says_which_version_it_prepared(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(project.root)
    state: State = prepare_data(return_state=True)
    assert state.is_completed()
    assert state.message is not None
    assert state.message.startswith("Data version 1 is prepared: ")
    assert state.result().version == 1


def test_bad_input_fails_at_once_and_says_why(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(project.root)
    write_csv(project.root / "rows.csv", [])
    state: State = prepare_data(return_state=True)
    assert state.is_failed()
    assert isinstance(state.result(raise_on_failure=False), DataError), state.message
