"""The quality gate: floor, champion, baseline, and what cannot be compared."""

import json
import shutil
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from daybreak.errors import DataError
from daybreak.gates.quality import Params, check
from daybreak.records import Evidence, Outcome, Standing, Verdict
from daybreak.reports import phrases
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


@pytest.mark.parametrize(("before", "said"), [("d" * 64, f"release set {'d' * 12}"), ("", "the test rows")])
def test_other_rows_than_at_the_champions_release_are_said(evidence: Evidence, before: str, said: str) -> None:
    freeze(evidence, wrong_every=10)
    moved = evidence.model_copy(update={"standing": Standing(rows_before=before)})
    assert moved.digest != evidence.digest
    verdict = check(moved, Params())
    (note,) = [each for each in verdict.details["notes"] if each.startswith("Other rows judge")]
    assert note.endswith(f", no longer {said}. The anchor stays.")
    assert phrases.is_known("notes", note)
    assert verdict.details["anchor"]["rows_before"] == before


def meet(evidence: Evidence, *, wrong_every: int, offset: int = 2, attempt: int = 1, comparison: int = 1) -> Evidence:
    """The champion is not the anchor: that is version 3, with answers of its own to the same rows."""
    assert evidence.champion is not None
    folder = evidence.champion.path.with_name("anchor")
    shutil.copytree(evidence.champion.path, folder)
    write_answers(folder / "predictions.parquet", wrong_every=wrong_every, offset=offset)
    anchor = evidence.champion.model_copy(update={"path": folder, "artifact_sha256": "c" * 64})
    standing = Standing(attempt=attempt, comparison=comparison, anchor_version=3)
    return evidence.model_copy(update={"anchor": anchor, "standing": standing})


def findings(verdict: Verdict) -> dict[str, dict[str, Any]]:
    return {found["question"]: found for found in verdict.details["findings"]}


def test_an_anchor_that_is_not_the_champion_is_asked_about_too(evidence: Evidence) -> None:
    verdict = check(meet(evidence, wrong_every=10), Params())
    assert verdict.outcome is Outcome.PASS, verdict.reason
    assert list(findings(verdict)) == [
        "Accuracy",
        "Accuracy against the champion",
        "Accuracy against the anchor, version 3",
        "Accuracy against the TF-IDF baseline",
    ]
    assert "no loss that chance does not explain is asked" in verdict.reason
    assert verdict.details["anchor"] == {
        "attempt": 1,
        "comparison": 1,
        "anchor_version": 3,
        "change": "kept",
        "release_set": "",
    }


def test_a_loss_to_the_champion_within_the_margin_still_fails_if_chance_does_not_explain_it(
    evidence: Evidence,
) -> None:
    """The candidate breaks 40 rows of 2,000 and fixes none: two points, with nothing that luck could have made."""
    assert evidence.champion is not None
    path = evidence.candidate.path / "predictions.parquet"
    champion = pd.read_parquet(evidence.champion.path / "predictions.parquet")
    champion.loc[range(2, 402, 10), "predicted"] = "neither"
    champion.to_parquet(path)
    verdict = check(meet(evidence, wrong_every=8), Params())
    assert verdict.outcome is Outcome.FAIL
    assert findings(verdict)["Accuracy against the champion"]["outcome"] == "FAIL"
    assert findings(verdict)["Accuracy against the anchor, version 3"]["outcome"] == "PASS"
    assert "It fixes 0 answers of the champion and breaks 40" in verdict.reason


def test_small_losses_do_not_add_up(evidence: Evidence) -> None:
    """As good as a champion that itself is three points below the anchor."""
    verdict = check(meet(evidence, wrong_every=14, offset=0), Params())
    assert verdict.outcome is Outcome.FAIL or verdict.outcome is Outcome.INCONCLUSIVE
    assert findings(verdict)["Accuracy against the champion"]["outcome"] == "PASS"
    assert findings(verdict)["Accuracy against the anchor, version 3"]["outcome"] != "PASS"


@pytest.mark.parametrize("apart", [False, True])
def test_later_attempts_must_show_more(evidence: Evidence, apart: bool) -> None:
    """3.0 % of the error at the first attempt, 0.03 % at the tenth: with the champion as anchor, and with another."""
    met = meet(evidence, wrong_every=10) if apart else evidence
    late = met.standing.model_copy(update={"attempt": 10})
    early, tenth = (check(each, Params()) for each in (met, met.model_copy(update={"standing": late})))
    name = "anchor, version 3" if apart else "champion"
    asked = findings(early)[f"Accuracy against the {name}"]
    again = findings(tenth)[f"Accuracy against the {name} (attempt 10 since the last release)"]
    assert (asked["outcome"], again["outcome"]) == ("PASS", "INCONCLUSIVE")
    assert again["low"] < asked["low"]


@pytest.mark.parametrize(("comparison", "change"), [(1, "raised"), (40, "kept")])
def test_a_gain_that_is_proven_makes_the_next_anchor(evidence: Evidence, comparison: int, change: str) -> None:
    """Forty rows better of 360 that differ; at the fortieth comparison that is no proof any more."""
    standing = Standing(comparison=comparison)
    answers(evidence, wrong_every=13, offset=2)
    verdict = check(evidence.model_copy(update={"standing": standing}), Params())
    assert verdict.details["anchor"]["change"] == change


def test_without_a_champion_what_is_released_becomes_the_anchor(tmp_path: Path) -> None:
    verdict = check(make_evidence(tmp_path, champion=False), Params())
    assert verdict.details["anchor"]["change"] == "reset"


def test_an_anchor_of_other_labels_is_succeeded_by_what_is_released(evidence: Evidence) -> None:
    met = meet(evidence, wrong_every=10)
    assert met.anchor is not None
    (met.anchor.path / "predictions.json").write_text('{"labels": ["good", "bad"]}', encoding="utf-8")
    verdict = check(met, Params())
    assert "The anchor, version 3, has other labels" in verdict.reason
    assert verdict.details["anchor"]["change"] == "reset"


def test_an_anchor_whose_files_are_gone_is_not_passed_over(evidence: Evidence) -> None:
    verdict = check(evidence.model_copy(update={"standing": Standing(anchor_version=3)}), Params())
    assert verdict.outcome is Outcome.INCONCLUSIVE
    assert "the anchor, version 3, whose files are gone" in verdict.reason
    assert "daybreak model promote VERSION --override --by NAME --reason TEXT" in verdict.reason


def test_a_champion_better_by_two_points_refuses_the_candidate(evidence: Evidence) -> None:
    """Planted: 12 % of the rows differ by luck, and the champion has two points more of them."""
    rows, chance = 1702, np.random.default_rng(17)
    assert evidence.champion is not None
    lucky = chance.permutation(rows)
    for side, wrong in ((evidence.candidate, lucky[:324]), (evidence.champion, lucky[205:494])):
        table = side.path / "predictions.parquet"
        write_answers(table, wrong_every=rows + 1, offset=rows, rows=rows)
        told = pd.read_parquet(table)
        told.loc[wrong, "predicted"] = "neither"
        told.to_parquet(table)
    write_answers(evidence.candidate.path / "baseline.parquet", wrong_every=5, offset=0, rows=rows)
    verdict = check(evidence, Params())
    assert verdict.measured == pytest.approx(-0.0206, abs=0.0005)
    assert verdict.outcome is Outcome.INCONCLUSIVE
    assert verdict.model_copy(update={"mode": "block"}).blocks
    assert findings(verdict)["Accuracy against the champion"]["outcome"] == "INCONCLUSIVE"


def test_a_model_that_learned_the_test_set_is_caught(evidence: Evidence) -> None:
    """Planted: every answer is right, and every row was in the training split."""
    answers(evidence, wrong_every=ROWS + 1, offset=ROWS)
    assert check(evidence, Params()).outcome is Outcome.PASS
    taught = {"known": True, "rows": 9000, "test": [str(row) for row in range(ROWS)], "release_set": []}
    (evidence.candidate.path / "learned.json").write_text(json.dumps(taught), encoding="utf-8")
    verdict = check(evidence, Params())
    assert verdict.outcome is Outcome.INCONCLUSIVE
    assert "2,000 test rows were left out: the candidate has learned them." in verdict.reason
    assert verdict.samples == 0


def test_rows_that_the_champion_learned_do_not_speak_for_it(evidence: Evidence) -> None:
    """It is right on all that it learned: among the others the two are alike."""
    assert evidence.champion is not None
    path = evidence.champion.path / "predictions.parquet"
    told = pd.read_parquet(path)
    told.loc[: ROWS // 2, "predicted"] = told["label"]
    told.to_parquet(path)
    assert check(evidence, Params()).outcome is Outcome.FAIL
    taught = {"known": True, "rows": 9000, "test": [str(row) for row in range(ROWS // 2)], "release_set": []}
    (evidence.champion.path / "learned.json").write_text(json.dumps(taught), encoding="utf-8")
    against = findings(check(evidence, Params()))["Accuracy against the champion"]
    assert against["samples"] == ROWS // 2
    assert abs(against["measured"]) < 0.01
