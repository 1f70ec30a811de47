"""Ninety nights: what each scored and became, and who moved the champion."""

from datetime import timedelta
from typing import Any

import pytest

from daybreak.gates.decision import Finding, conclude
from daybreak.gates.statistics import Bounds
from daybreak.records import Move, RunRecord, Verdict
from daybreak.reports import timeline


@pytest.fixture
def tonight(night: Any) -> RunRecord:
    found: RunRecord = night.record
    return found


def earlier(run: RunRecord, days: int, **changes: Any) -> RunRecord:
    return run.model_copy(update={"run_id": f"r{days}", "started_at": run.started_at - timedelta(days=days), **changes})


def move(tonight: RunRecord, days: int, **changes: Any) -> Move:
    facts: dict[str, Any] = {
        "id": days,
        "at": tonight.started_at - timedelta(days=days),
        "actor": "li.wei",
        "kind": "rollback",
        "from_version": 3,
        "to_version": 2,
        "outcome": "done",
        "reason": "wrong about refunds",
        "run_id": "r",
        "data_version": 1,
        "duration_ms": None,
        "settled_at": None,
        **dict.fromkeys(("commit", "evidence", "model_sha256", "weights_sha256", "params_digest"), ""),
    }
    return Move.model_validate({**facts, **changes})


def scored() -> Verdict:
    finding = Finding(
        question="Accuracy", measured=0.75, limit=0.7, bounds=Bounds(0.72, 0.78), samples=900, remedy="Look"
    )
    return conclude("quality", [finding])


def test_nights_are_told_oldest_first_with_what_they_became(tonight: RunRecord) -> None:
    runs = [earlier(tonight, 1, status="released"), earlier(tonight, 2), earlier(tonight, 91), tonight]
    found = timeline.of_project(runs, [], tonight)["nights"]
    assert [each["run"] for each in found] == ["r2", "r1", tonight.run_id]
    assert [each["status"] for each in found] == ["refused", "released", "refused"]
    assert found[-1]["gates"] == ["quality"]
    assert (found[-1]["metric"], found[-1]["score"], found[-1]["low"]) == ("accuracy", 0.75, None)


def test_a_score_has_the_bounds_of_its_gate(tonight: RunRecord) -> None:
    run = earlier(tonight, 1, verdicts=(scored(),))
    (told, _) = timeline.of_project([run], [], tonight)["nights"]
    assert (told["low"], told["high"]) == (0.72, 0.78)


def test_what_judged_nothing_is_left_out_unless_it_broke(tonight: RunRecord) -> None:
    runs = [earlier(tonight, 1, status="unchanged", verdicts=()), earlier(tonight, 2, status="failed", verdicts=())]
    found = timeline.of_project(runs, [], tonight)["nights"]
    assert [each["status"] for each in found] == ["failed", "refused"]


def test_moves_of_persons_are_told_with_their_names(tonight: RunRecord) -> None:
    moves = [
        move(tonight, 1),
        move(tonight, 2, kind="release"),
        move(tonight, 3, kind="promote", outcome="refused"),
        move(tonight, 4, kind="promote", reason="override: I answer for it"),
        move(tonight, 95),
    ]
    found = timeline.of_project([], moves, tonight)["moves"]
    assert [(each["kind"], each["actor"], each["to"]) for each in found] == [
        ("promote", "li.wei", 2),
        ("rollback", "li.wei", 2),
    ]
    assert found[0]["reason"] == "override: I answer for it"


def test_one_night_is_no_line(tonight: RunRecord) -> None:
    assert timeline.drawn(timeline.of_project([], [], tonight)) == ""


def test_the_figure_has_dots_bounds_and_moves(tonight: RunRecord) -> None:
    runs = [earlier(tonight, days, verdicts=(scored(),), status="released") for days in (5, 9)]
    drawn = timeline.drawn(timeline.of_project(runs, [move(tonight, 7)], tonight))
    assert drawn.startswith("<svg")
    assert all(f"var(--{colour})" in drawn for colour in ("good", "bad", "second"))
