"""A person's release goes through the gates' verdicts, and says why if it does not happen."""

import pytest
from making import Finished
from prefect.states import State

from daybreak.errors import BadInput
from flows.release_model import release_model

pytestmark = pytest.mark.usefixtures("on_stack")


@pytest.mark.parametrize(("version", "why"), [(1, "champion already"), (99, "there is no version 99")])
def test_what_cannot_be_released_fails_and_says_why(
    finished: Finished, monkeypatch: pytest.MonkeyPatch, version: int, why: str
) -> None:
    monkeypatch.chdir(finished.night.project.root)
    state: State = release_model(version=version, reason="better", actor="Li Na", return_state=True)
    assert state.is_failed()
    error = state.result(raise_on_failure=False)
    assert isinstance(error, BadInput)
    assert why in str(error)
