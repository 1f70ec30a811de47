"""What the terminal says of the stack: addresses, the way in from elsewhere, faults with their remedies."""

import io
from typing import Any

import pytest
from rich.console import Console

from daybreak.reports import operations

TOLD = {
    "prefect": "http://127.0.0.1:4201/api",
    "mlflow": "http://127.0.0.1:5000",
    "started_at": "2026-11-20T08:00:00+00:00",
    "notes": ["port 4200 is taken by process 7 (other): took 4201"],
    "new": True,
}
STATUS: dict[str, Any] = {
    "project": "sample",
    "parts": {
        "prefect": {"state": "up", "address": "http://127.0.0.1:4201", "pid": 42, "since": "2026", "restarts": 1},
        "mlflow": {"state": "down", "address": "", "pid": None, "since": None, "restarts": 0},
    },
    "next_run": {"at": "2026-11-21T02:00:00Z", "name": "calm-owl", "id": "1"},
    "unreleased": "Nights of this project train; nothing is released.",
    "last_run": {
        "at": "2026-11-20",
        "run_id": "20261120-abc",
        "status": "refused",
        "reason": "quality",
        "data_version": 3,
    },
    "champion": 7,
    "hold": {"reason": "答错太多", "actor": "li", "at": "2026-11-20T09:00:00Z"},
    "data": {
        "pinned": {"version": 3, "reason": "labels swapped", "actor": "li", "at": "2026"},
        "waiting": 2,
        "held": [{"name": "reviews.csv", "reason": "label mix"}],
    },
}


def shown(drawn: Any, width: int = 200) -> str:
    console = Console(width=width, record=True, file=io.StringIO())
    console.print(drawn)
    return console.export_text()


def test_a_welcome_names_addresses_and_the_way_in() -> None:
    text = operations.welcome(TOLD)
    assert "http://127.0.0.1:4201  start flows" in text
    assert "ssh -L 4201:127.0.0.1:4201 -L 5000:127.0.0.1:5000 " in text
    assert "Note: port 4200 is taken by process 7" in text
    assert "nothing was started twice" in operations.welcome({**TOLD, "new": False})


def test_a_farewell_says_what_was_done() -> None:
    assert operations.farewell({"ran": True, "killed": 0}) == "Daybreak is down."
    assert "was not up" in operations.farewell({"ran": False, "killed": 0})
    assert "3 processes that were left" in operations.farewell({"ran": False, "killed": 3})


def test_a_status_says_what_waits_for_a_person() -> None:
    text = shown(operations.status(STATUS))
    for word in (
        "4201",
        "down",
        "calm-owl",
        "refused. quality",
        "version 7",
        "答错太多",
        "unhold",
        "data forward",
        "2 files",
        "nothing is released",
    ):
        assert word in text, word
    assert "batch reviews.csv: label mix" in text


def test_a_status_of_nothing() -> None:
    bare = {"unreleased": None, "next_run": None, "last_run": None, "champion": None, "hold": None}
    text = shown(operations.status({**STATUS, **bare, "data": {"pinned": None, "waiting": 0, "held": []}}))
    assert "none is scheduled" in text
    assert text.count("none yet") == 2
    assert "hold" not in text


def test_a_diagnosis_marks_faults_and_says_what_mends_them() -> None:
    checks = [
        {"check": "disk", "ok": True, "found": "70 GiB are free", "remedy": ""},
        {"check": "gpu", "ok": False, "found": "torch is a CPU build", "remedy": "Install the other"},
    ]
    text = shown(operations.diagnosis({"ok": False, "checks": checks}))
    assert "ok      disk  70 GiB are free" in text
    assert "failed  gpu   torch is a CPU build" in text
    assert "→ Install the other" in text


def test_parts_are_told_once_each_as_they_come_up(capsys: pytest.CaptureFixture[str]) -> None:
    with operations.watching() as tell:
        for state in ("starting", "up", "up", "unwell"):
            tell({"parts": {"prefect": {"state": state, "address": "http://127.0.0.1:4200"}}})
    assert capsys.readouterr().out.count("prefect") == 1
