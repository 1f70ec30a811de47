"""Times of single answers and of batches."""

from pathlib import Path

from daybreak.evaluation import latency
from daybreak.evaluation.subject import Subject


def test_times_are_counted_and_in_order(subject: Subject, tmp_path: Path) -> None:
    found = latency.measure(subject, tmp_path)
    assert {int(size): len(each["milliseconds"]) for size, each in found["batches"].items()} == latency.CALLS
    single = found["batches"]["1"]
    assert 0 < single["p50"] <= single["p95"] <= max(single["milliseconds"])
    assert found["threads"] == 1
    assert latency.headlines(found) == {"latency_ms_p50": single["p50"], "latency_ms_p95": single["p95"]}
