"""From findings to verdicts."""

import pytest

from daybreak.gates.decision import Finding, conclude
from daybreak.gates.statistics import Bounds
from daybreak.records import Outcome


def finding(low: float, high: float, *, direction: str = "at most", limit: float = 0.5) -> Finding:
    return Finding(
        question="Share",
        measured=(low + high) / 2,
        limit=limit,
        bounds=Bounds(low, high),
        samples=100,
        remedy="Mend it",
        direction=direction,  # type: ignore[arg-type]
        rows_needed=150,
    )


@pytest.mark.parametrize(
    ("low", "high", "direction", "outcome", "bound"),
    [
        (0.1, 0.5, "at most", Outcome.PASS, 0.5),
        (0.1, 0.6, "at most", Outcome.INCONCLUSIVE, 0.6),
        (0.5, 0.6, "at most", Outcome.INCONCLUSIVE, 0.6),
        (0.6, 0.7, "at most", Outcome.FAIL, 0.6),
        (0.5, 0.7, "at least", Outcome.PASS, 0.5),
        (0.4, 0.6, "at least", Outcome.INCONCLUSIVE, 0.4),
        (0.3, 0.4, "at least", Outcome.FAIL, 0.4),
    ],
)
def test_a_bound_decides(low: float, high: float, direction: str, outcome: Outcome, bound: float) -> None:
    found = finding(low, high, direction=direction)
    assert found.outcome is outcome
    assert found.bound == bound


def test_the_worst_finding_leads() -> None:
    verdict = conclude("share", [finding(0.1, 0.2), finding(0.6, 0.7), finding(0.4, 0.6)], ["A note."])
    assert verdict.outcome is Outcome.FAIL
    assert [each["outcome"] for each in verdict.details["findings"]] == ["FAIL", "INCONCLUSIVE", "PASS"]
    assert verdict.reason.endswith("A note.")


def test_only_what_is_undecided_needs_more() -> None:
    assert finding(0.4, 0.6).needs_more == 50
    assert finding(0.6, 0.7).needs_more is None
    assert "About 50 more test rows would settle it. Mend it." in finding(0.4, 0.6).sentence


def test_an_infinite_bound_is_not_written_as_a_number() -> None:
    assert conclude("share", [finding(0.1, float("inf"))]).bound is None


def test_what_was_counted_has_no_worst_and_no_best() -> None:
    assert "at worst" not in finding(0.3, 0.3).sentence
    assert "at best" not in finding(0.7, 0.7).sentence
    assert ", at worst 40.00 %;" in finding(0.3, 0.4).sentence
