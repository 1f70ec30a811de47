"""The contamination gate."""

from collections.abc import Callable
from typing import Any

import pytest

from daybreak.errors import DataError
from daybreak.gates.contamination import Params, check
from daybreak.records import Evidence, Outcome

Change = Callable[[str, Callable[[dict[str, Any]], None]], None]


def test_a_pair_across_splits_fails(evidence: Evidence, change: Change) -> None:
    change("contamination", lambda found: found["leakage"].update(pairs=1))
    verdict = check(evidence, Params())
    assert verdict.outcome is Outcome.FAIL
    assert "Near-duplicate rows across splits: 1" in verdict.reason
    assert verdict.mode == "block" or not verdict.blocks


@pytest.mark.parametrize(("found", "outcome"), [(5, Outcome.PASS), (6, Outcome.FAIL)])
def test_a_benchmark_that_was_learned_is_named(
    evidence: Evidence, change: Change, found: int, outcome: Outcome
) -> None:
    change("contamination", lambda measured: measured["sets"][0].update(found=found, examples=[{"item": "二加二?"}]))
    verdict = check(evidence, Params())
    assert verdict.outcome is outcome
    assert "Items of exam.jsonl that stand in the training rows" in verdict.reason
    assert verdict.details["examples"] == [{"item": "二加二?"}]


def test_what_was_not_looked_at_is_no_pass(evidence: Evidence, change: Change) -> None:
    change("contamination", lambda found: found.update(leakage=None))
    with pytest.raises(DataError, match="left no word on leakage"):
        check(evidence, Params())


def test_a_benchmark_that_cannot_be_read_is_open(evidence: Evidence, change: Change) -> None:
    change("contamination", lambda found: found.update(unread={"exam.parquet": "exam.parquet cannot be read: cut."}))
    verdict = check(evidence, Params())
    assert verdict.outcome is Outcome.INCONCLUSIVE
    assert "Items of exam.parquet that stand in the training rows" in verdict.reason
    assert "It cannot be read: exam.parquet cannot be read: cut." in verdict.reason
