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


def test_a_champion_that_shares_no_label_is_not_compared_and_the_rest_is_judged(evidence: Evidence) -> None:
    state(evidence, {"labels": ["坏", "好"]})
    verdict = check(evidence, Params())
    assert verdict.outcome is Outcome.PASS
    assert "A new series begins: the labels were 坏, 好, now negative, positive. No label is shared" in verdict.reason
    questions = [finding["question"] for finding in verdict.details["findings"]]
    assert questions == ["Accuracy", "Accuracy against the TF-IDF baseline"]
    assert verdict.details["series"]["shared"] == []
    assert check(evidence, Params(min_accuracy=0.95)).outcome is Outcome.FAIL


def grow(evidence: Evidence, *, known: int = ROWS) -> Evidence:
    """The data has a third label, and the champion answered the first `known` rows of the other two."""
    assert evidence.champion is not None
    for side, names in ((evidence.candidate, ("predictions", "baseline")), (evidence.champion, ("predictions",))):
        for name in names:
            path = side.path / f"{name}.parquet"
            answers = pd.read_parquet(path)
            answers.loc[known:, ["label", "predicted"]] = "mixed"
            if side is evidence.champion:
                answers = answers.head(known)
            answers.to_parquet(path)
    (evidence.champion.path / "predictions.json").write_text('{"labels": ["negative", "positive"]}', encoding="utf-8")
    labels = ("mixed", "negative", "positive")
    return evidence.model_copy(update={"dataset": evidence.dataset.model_copy(update={"labels": labels})})


def test_a_new_label_begins_a_series_that_is_compared_on_the_shared_ones(evidence: Evidence) -> None:
    verdict = check(grow(evidence, known=1600), Params())
    assert verdict.outcome is Outcome.PASS
    assert verdict.code == "new_series"
    assert "the labels were negative, positive, now mixed, negative, positive." in verdict.reason
    assert "compared on the 1,600 test rows whose label both know (negative, positive)." in verdict.reason
    against = next(each for each in verdict.details["findings"] if each["question"] == "Accuracy against the champion")
    assert against["samples"] == verdict.details["series"]["rows"] == 1600


@pytest.mark.parametrize("known", [40, 0])
def test_too_few_shared_rows_are_inconclusive(evidence: Evidence, known: int) -> None:
    verdict = check(grow(evidence, known=known), Params())
    assert verdict.outcome is Outcome.INCONCLUSIVE
    assert verdict.samples == known


def test_a_champion_must_have_answered_every_shared_row(evidence: Evidence) -> None:
    grown = grow(evidence, known=1600)
    assert grown.champion is not None
    path = grown.champion.path / "predictions.parquet"
    pd.read_parquet(path).head(1500).to_parquet(path)
    with pytest.raises(DataError, match="different rows"):
        check(grown, Params())


@pytest.mark.parametrize(
    "stated", [{}, {"labels": ["positive", "negative"]}, {"labels": ["negative", "positive", "mixed"]}]
)
def test_a_champion_without_answers_needs_the_reason(evidence: Evidence, stated: dict[str, object]) -> None:
    state(evidence, stated)
    with pytest.raises(DataError, match="cannot be read"):
        check(evidence, Params())


def test_no_rows_are_no_evidence(evidence: Evidence) -> None:
    answers(evidence, wrong_every=10, rows=0)
    with pytest.raises(DataError, match="has no rows"):
        check(evidence, Params())


def test_a_critical_label_has_a_floor_of_its_own(evidence: Evidence) -> None:
    """Of 1,000 negative rows every fifth is missed, and no positive one: the mean hides what the label shows."""
    answers(evidence, wrong_every=10, offset=1)
    assert check(evidence, Params(critical={"positive": 0.99})).outcome is Outcome.PASS
    verdict = check(evidence, Params(critical={"negative": 0.9}))
    assert verdict.outcome is Outcome.FAIL
    assert "Rows of the critical label “negative” that are recognised: 80.00 % on 1,000 test rows" in verdict.reason


def test_a_critical_label_without_rows_is_undecided(evidence: Evidence) -> None:
    verdict = check(evidence, Params(critical={"urgent": 0.9}))
    assert verdict.outcome is Outcome.INCONCLUSIVE
    assert "“urgent”" in verdict.reason


def freeze(evidence: Evidence, *, wrong_every: int, digest: str = "f" * 64) -> None:
    """Give the candidate, with fewer right answers, and the champion answers to a release set of 2,000 rows."""
    assert evidence.champion is not None
    for side, every, frozen in ((evidence.candidate, wrong_every, digest), (evidence.champion, 10, "f" * 64)):
        write_answers(side.path / "release_set.parquet", wrong_every=every, offset=1)
        found = {"rows": ROWS, "digest": frozen, "accuracy": 1 - 1 / every}
        (side.path / "release_set.json").write_text(json.dumps(found), encoding="utf-8")
    folder = evidence.dataset.path / "release"
    folder.mkdir()
    lines = (json.dumps({"id": row, "text": f"release {row}"}) + "\n" for row in range(ROWS))
    (folder / "rows.jsonl").write_text("".join(lines), encoding="utf-8")


def test_where_there_is_a_release_set_it_judges(evidence: Evidence) -> None:
    freeze(evidence, wrong_every=10)
    verdict = check(evidence, Params())
    assert verdict.outcome is Outcome.PASS
    assert "90.00 % on 2,000 rows of the release set" in verdict.reason
    assert "Accuracy against the TF-IDF baseline: +0.00 points on 2,000 test rows" in verdict.reason


def test_what_is_lost_on_the_release_set_is_shown_from_there(tmp_path: Path) -> None:
    evidence = make_evidence(tmp_path)
    freeze(evidence, wrong_every=5)
    for side in (evidence.candidate, evidence.champion):
        assert side is not None
        path = side.path / "release_set.parquet"
        rows = pd.read_parquet(path)
        rows.assign(id=rows["id"].astype(str)).to_parquet(path)
    verdict = check(evidence, Params(min_accuracy=0.5))
    assert verdict.outcome is Outcome.FAIL
    assert verdict.measured == pytest.approx(-0.1)
    assert all(each["text"].startswith("release ") for each in verdict.details["examples"])


def test_another_release_set_is_no_comparison(evidence: Evidence) -> None:
    freeze(evidence, wrong_every=10, digest="e" * 64)
    with pytest.raises(DataError, match="different release sets"):
        check(evidence, Params())
