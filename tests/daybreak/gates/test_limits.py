"""Stricter limits may be tried, looser ones are noticed."""

from typing import Any

import pytest

from daybreak.gates import limits

COMMITTED = {"quality": {"mode": "block", "margin": 0.025, "min_accuracy": 0.7, "labels": ["a"]}}


def changed(**update: Any) -> dict[str, Any]:
    return {"quality": {**COMMITTED["quality"], **update}}


LOOSER = [{"margin": 0.5}, {"min_accuracy": 0.1}, {"mode": "warn"}, {"mode": "off"}, {"labels": []}]


@pytest.mark.parametrize("update", LOOSER)
def test_a_looser_limit_is_named_with_both_values(update: dict[str, Any]) -> None:
    ((name, value),) = update.items()
    (reason,) = limits.loosened(COMMITTED, changed(**update))
    assert reason.startswith(f"gates.quality.{name} is {value}, the commit says ")


@pytest.mark.parametrize("update", [{}, {"margin": 0.01}, {"min_accuracy": 0.9}])
def test_the_same_or_a_stricter_limit_passes(update: dict[str, Any]) -> None:
    assert limits.loosened(COMMITTED, changed(**update)) == []


def test_a_gate_that_is_gone_counts_as_loosened() -> None:
    assert len(limits.loosened(COMMITTED, {"quality": {"mode": "block"}})) == 3


def test_the_verdict_blocks_and_says_what_to_do() -> None:
    verdict = limits.verdict(["gates.quality.margin is 0.5, the commit says 0.025"])
    assert verdict.blocks
    assert verdict.code == "limits_loosened"
    assert "Commit the limits" in verdict.reason


def test_floors_by_label_may_be_raised_and_added_but_not_lowered_or_dropped() -> None:
    asked = {"quality": {"critical": {"urgent": 0.8}}}
    for found in ({"urgent": 0.9}, {"urgent": 0.8, "angry": 0.7}):
        assert limits.loosened(asked, {"quality": {"critical": found}}) == []
    for found in ({"urgent": 0.7}, {}):
        assert len(limits.loosened(asked, {"quality": {"critical": found}})) == 1


@pytest.mark.parametrize(
    ("committed", "effective", "said"),
    [
        ("a" * 64, None, "split.release_set is none, the commit says aaaaaaaaaaaa"),
        (None, "b" * 64, "split.release_set is bbbbbbbbbbbb, the commit says none"),
        ("a" * 64, "b" * 64, "split.release_set is bbbbbbbbbbbb, the commit says aaaaaaaaaaaa"),
    ],
)
def test_other_frozen_rows_than_the_commits_count_as_looser(
    committed: str | None, effective: str | None, said: str
) -> None:
    assert limits.other_rows(committed, effective) == [said]
    assert limits.other_rows(effective, effective) == []
