"""The flow goes back to a version, keeps it, and goes forward again."""

from typing import Any

import pytest
from making import make_rows, write_csv
from prefect.states import State

from daybreak.data.versioning import rollback, versions
from daybreak.errors import BadInput
from daybreak.records import Project
from flows.rollback_data import rollback_data

pytestmark = [pytest.mark.usefixtures("on_stack"), pytest.mark.slow]


def run(**parameters: Any) -> State:
    found: State = rollback_data(**parameters, return_state=True)
    return found


def test_back_and_forward(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(project.root)
    first = versions.prepare(project)
    write_csv(project.root / "rows.csv", make_rows(330, seed=2))
    second = versions.prepare(project)
    assert (first.version, second.version) == (1, 2)

    back = run(version=1, reason="labels were swapped")
    assert back.is_completed(), back.message
    assert back.result().digest == first.digest
    pin = rollback.pinned(project)
    assert pin is not None
    assert (pin.version, pin.reason, pin.actor) == (1, "labels were swapped", "the Prefect UI")

    forth = run(version=0, reason="mended", actor="Li Na")
    assert forth.is_completed(), forth.message
    assert forth.result().digest == second.digest
    assert rollback.pinned(project) is None

    unknown = run(version=9, reason="a slip")
    assert unknown.is_failed()
    assert isinstance(unknown.result(raise_on_failure=False), BadInput)
    assert rollback.pinned(project) is None
