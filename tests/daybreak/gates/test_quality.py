"""The quality gate: floor, champion, baseline, and what cannot be compared."""

import json
from pathlib import Path

import pandas as pd
import pytest

from daybreak.errors import DataError
from daybreak.gates.quality import Params, check
from daybreak.records import Evidence, Outcome
from daybreak.testing.gate_contract import ROWS, make_evidence, write_answers


def answers(evidence: Evidence, *, wrong_every: int, offset: int = 0, rows: int = ROWS) -> None:
    """Replace the candidate's answers."""
    write_answers(evidence.candidate.path / "predictions.parquet", wrong_every=wrong_every, offset=offset, rows=rows)


def test_an_equal_candidate_passes_and_says_so_three_times(evidence: Evidence) -> None:
    verdict = check(evidence, Params())
    assert verdict.outcome is Outcome.PASS
    questions = [finding["question"] for finding in verdict.details["findings"]]
    assert questions == ["Accuracy", "Accuracy against the champion", "Accuracy against the TF-IDF baseline"]
    assert "90.00 % on 2,000 test rows" in verdict.reason


def test_a_candidate_below_the_floor_fails(evidence: Evidence) -> None:
    verdict = check(evidence, Params(min_accuracy=0.95))
    assert verdict.outcome is Outcome.FAIL
    assert verdict.measured == pytest.approx(0.9)
    assert verdict.limit == 0.95
    assert verdict.bound is not None
    assert verdict.bound < 0.95
    assert "lower gates.quality.min_accuracy" in verdict.reason


def test_a_floor_within_the_bounds_is_undecided_and_names_the_rows(evidence: Evidence) -> None:
    verdict = check(evidence, Params(min_accuracy=0.895))
    assert verdict.outcome is Outcome.INCONCLUSIVE
    assert verdict.needs_more is not None
    assert f"About {verdict.needs_more:,} more test rows" in verdict.reason


def test_a_candidate_that_lost_ten_points_fails_with_examples(evidence: Evidence) -> None:
    answers(evidence, wrong_every=5)
    verdict = check(evidence, Params(min_accuracy=0.5))
    assert verdict.outcome is Outcome.FAIL
    assert verdict.measured == pytest.approx(-0.1)
    assert "-10.00 points" in verdict.reason
    assert len(verdict.details["examples"]) == 3
    assert verdict.details["examples"][0].keys() == {"text", "label", "predicted"}


def test_a_candidate_one_point_short_is_undecided(tmp_path: Path) -> None:
    evidence = make_evidence(tmp_path)
    answers(evidence, wrong_every=8, offset=3)
    verdict = check(evidence, Params(min_accuracy=0.5))
    assert verdict.outcome is Outcome.INCONCLUSIVE
    assert verdict.measured == pytest.approx(-0.025)


def test_without_a_champion_there_is_less_to_compare(tmp_path: Path) -> None:
    verdict = check(make_evidence(tmp_path, champion=False), Params())
    assert verdict.outcome is Outcome.PASS
    assert "no champion yet" in verdict.reason


def test_the_champion_itself_is_not_compared_with_itself(evidence: Evidence) -> None:
    assert evidence.champion is not None
    same = evidence.champion.model_copy(update={"artifact_sha256": evidence.candidate.artifact_sha256})
    verdict = check(evidence.model_copy(update={"champion": same}), Params())
    assert "The candidate is the champion" in verdict.reason


def test_a_baseline_that_is_better_stops_the_candidate(evidence: Evidence) -> None:
    write_answers(evidence.candidate.path / "baseline.parquet", wrong_every=50, offset=0)
    verdict = check(evidence, Params())
    assert verdict.outcome is Outcome.FAIL
    assert "against the TF-IDF baseline" in verdict.reason


def test_other_rows_cannot_be_compared(evidence: Evidence) -> None:
    answers(evidence, wrong_every=10, rows=ROWS - 1)
    with pytest.raises(DataError, match="answered different rows; expected the same test rows"):
        check(evidence, Params())


def test_other_labels_cannot_be_compared(evidence: Evidence) -> None:
    path = evidence.candidate.path / "baseline.parquet"
    pd.read_parquet(path).assign(label="positive").to_parquet(path)
    with pytest.raises(DataError, match="different rows"):
        check(evidence, Params())


def test_a_champion_of_another_data_version_cannot_be_compared(evidence: Evidence) -> None:
    assert evidence.champion is not None
    other = evidence.champion.model_copy(update={"dataset_digest": "e" * 64})
    with pytest.raises(DataError, match="another data version"):
        check(evidence.model_copy(update={"champion": other}), Params())


def state(evidence: Evidence, stated: dict[str, object]) -> None:
    """Replace the champion's answers by a statement."""
    assert evidence.champion is not None
    (evidence.champion.path / "predictions.parquet").unlink()
    (evidence.champion.path / "predictions.json").write_text(json.dumps(stated, ensure_ascii=False), encoding="utf-8")


def test_a_champion_with_other_labels_is_not_compared(evidence: Evidence) -> None:
    state(evidence, {"not_comparable": "labels 坏, 好 instead of negative, positive", "labels": ["坏", "好"]})
    verdict = check(evidence, Params())
    assert verdict.outcome is Outcome.PASS
    assert "The champion answers other labels (坏, 好), so it cannot be compared." in verdict.reason
    questions = [finding["question"] for finding in verdict.details["findings"]]
    assert questions == ["Accuracy", "Accuracy against the TF-IDF baseline"]
    assert check(evidence, Params(min_accuracy=0.95)).outcome is Outcome.FAIL


@pytest.mark.parametrize(
    "stated",
    [
        {},
        {"labels": ["a", "b"]},
        {"not_comparable": "labels"},
        {"not_comparable": "", "labels": ["positive", "negative"]},
    ],
)
def test_a_champion_without_answers_needs_the_reason(evidence: Evidence, stated: dict[str, object]) -> None:
    state(evidence, stated)
    with pytest.raises(DataError, match="cannot be read"):
        check(evidence, Params())


def test_no_rows_are_no_evidence(evidence: Evidence) -> None:
    answers(evidence, wrong_every=10, rows=0)
    with pytest.raises(DataError, match="has no rows"):
        check(evidence, Params())
