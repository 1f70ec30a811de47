"""What is scheduled is told without importing Prefect, and a server that plans nothing is a fault."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from daybreak.doctor import Patient
from daybreak.records import Project
from daybreak.settings import Settings
from flows import schedules


@pytest.fixture
def patient(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Patient]:
    """One whose stack's server is answered for by `ANSWERS`."""
    settings = Settings(home=tmp_path)
    (tmp_path / "stack.json").write_text(json.dumps({"prefect": "http://127.0.0.1:1/api"}), encoding="utf-8")
    monkeypatch.setattr(schedules, "ask", lambda _address, path, _question: ANSWERS.get(path))
    ANSWERS.clear()
    yield Patient(project=Project(name="sample", root=tmp_path), checkout=tmp_path, settings=settings)


ANSWERS: dict[str, Any] = {}


def run(project: str, at: str) -> dict[str, Any]:
    return {"parameters": {"project": project}, "expected_start_time": at, "name": f"night of {project}", "id": at}


def test_the_next_run_is_this_project_s(patient: Patient) -> None:
    ANSWERS["/flow_runs/filter"] = [run("other", "1"), run("sample", "2"), run("sample", "3")]
    found = schedules.next_run(patient.settings, "sample")
    assert found == {"at": "2", "name": "night of sample", "id": "2"}
    assert schedules.next_run(patient.settings, "third") is None


def test_without_a_stack_or_an_answer_there_is_none(patient: Patient, tmp_path: Path) -> None:
    assert schedules.next_run(patient.settings, "sample") is None
    assert schedules.next_run(Settings(home=tmp_path / "other"), "sample") is None


@pytest.mark.parametrize(
    ("paused", "active", "planned", "ok"),
    [(False, True, 1, True), (False, True, 0, False), (True, True, 0, True), (False, False, 0, True)],
)
def test_an_active_schedule_without_runs_is_a_fault(
    patient: Patient, paused: bool, active: bool, planned: int, ok: bool
) -> None:
    ANSWERS["/deployments/filter"] = [{"name": "daybreak", "paused": paused, "schedules": [{"active": active}]}]
    ANSWERS["/flow_runs/filter"] = [run("sample", "1")] * planned
    (found,) = schedules.check(patient)
    assert found.ok is ok
    assert ok or "prefect.log" in found.remedy


def test_a_stack_that_is_down_is_not_asked(patient: Patient, tmp_path: Path) -> None:
    (tmp_path / "stack.json").unlink()
    assert list(schedules.check(patient)) == []
