"""Accuracy, latency and size of every model that was judged, tonight's last."""

from datetime import timedelta
from typing import Any

from daybreak.records import RunModel, RunRecord
from daybreak.reports import tradeoff

COSTS = {"accuracy": 0.8, "latency_ms_p95": 3.0, "artifact_bytes": 2**21}


def run(night: Any, number: int, **metrics: float) -> RunRecord:
    model = RunModel(name="daybreak-sample", version=number, alias=None, sha256=f"{number:064d}")
    changes = {
        "model": model,
        "metrics": {**COSTS, **metrics},
        "started_at": night.record.started_at - timedelta(days=9 - number),
    }
    found: RunRecord = night.record.model_copy(update=changes)
    return found


def test_each_model_is_one_point(night: Any) -> None:
    tonight = run(night, 3, accuracy=0.9)
    found = tradeoff.of_runs([tonight, run(night, 2), run(night, 1), run(night, 2, accuracy=0.81)], tonight, 2)
    assert [(each["version"], each["who"], each["accuracy"]) for each in found] == [
        (1, "earlier", 0.8),
        (2, "champion", 0.81),
        (3, "candidate", 0.9),
    ]
    assert found[0]["mib"] == 2.0


def test_what_was_not_measured_is_left_out(night: Any) -> None:
    bare = night.record
    assert tradeoff.of_runs([bare.model_copy(update={"model": None})], bare, None) == []


def test_two_points_make_a_figure(night: Any) -> None:
    tonight = run(night, 3)
    assert tradeoff.drawn(tradeoff.of_runs([], tonight, None)) == ""
    drawn = tradeoff.drawn(tradeoff.of_runs([run(night, 2)], tonight, 2))
    assert "var(--accent)" in drawn
    assert "var(--second)" in drawn
