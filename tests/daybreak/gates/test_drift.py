"""The drift gate: an alarm must be rarer than ninety nights of chance, and needs a champion to compare with."""

import json
from pathlib import Path
from typing import Any

import pytest
from nights import false_alarms, slack

from daybreak.errors import DataError
from daybreak.evaluation.drift import PERMUTATIONS
from daybreak.gates.drift import NIGHTS, Params, check
from daybreak.gates.statistics import alarm_level, permutations_for
from daybreak.records import Evidence, Outcome
from daybreak.testing.gate_contract import make_evidence


def found(evidence: Evidence, **changes: Any) -> None:
    """Rewrite what was measured beside the champion."""
    assert evidence.champion is not None
    path = evidence.champion.path / "drift.json"
    path.write_text(json.dumps({**json.loads(path.read_text(encoding="utf-8")), **changes}), encoding="utf-8")


@pytest.mark.parametrize(
    ("p_value", "outcome"), [(1.0, "PASS"), (0.01, "PASS"), (2 / 1800, "PASS"), (1 / 1800, "FAIL")]
)
def test_an_alarm_takes_a_difference_that_chance_hardly_makes(evidence: Evidence, p_value: float, outcome: str) -> None:
    found(evidence, p_value=p_value)
    verdict = check(evidence, Params())
    assert verdict.outcome is Outcome(outcome)
    assert verdict.measured == p_value
    assert verdict.samples == 2000


def test_an_alarm_warns_and_shows_what_is_new(evidence: Evidence) -> None:
    found(evidence, p_value=1 / 1800, effect=0.81)
    assert Params().mode == "warn"
    verdict = check(evidence, Params())
    assert "told from an old one in 81% of pairs" in verdict.reason
    assert "retrain whatever still rests on the champion's data" in verdict.reason
    assert verdict.details["examples"] == ["一家新店"]


def test_without_a_champion_there_is_nothing_to_compare(tmp_path: Path) -> None:
    verdict = check(make_evidence(tmp_path, champion=False), Params())
    assert (verdict.outcome, verdict.code) == (Outcome.NOT_APPLICABLE, "no_champion")


@pytest.mark.parametrize(
    ("changes", "code"),
    [({"p_value": None, "effect": None, "added": 0}, "same_data"), ({"known": False}, "not_known")],
)
def test_the_same_data_and_unknown_data_are_not_compared(
    evidence: Evidence, changes: dict[str, Any], code: str
) -> None:
    found(evidence, **changes)
    verdict = check(evidence, Params())
    assert (verdict.outcome, verdict.code) == (Outcome.NOT_APPLICABLE, code)


def test_a_candidate_of_unknown_rows_is_not_judged(evidence: Evidence) -> None:
    (evidence.candidate.path / "learned.json").write_text('{"known": false, "rows": 0}', encoding="utf-8")
    with pytest.raises(DataError, match="not known what the candidate was trained on"):
        check(evidence, Params())


def test_the_measurement_can_tell_so_small_a_chance() -> None:
    assert permutations_for(alarm_level(NIGHTS)) == PERMUTATIONS


@pytest.mark.parametrize("shared", [0.0, 0.5])
def test_ninety_nights_of_an_unchanged_process_are_quiet(shared: float) -> None:
    assert false_alarms(90, 2000, shared=shared) <= 0.05 + slack(0.05, 2000)
