"""The toxicity gate: through a judge who errs, and not at all where its errors are not known."""

from collections.abc import Callable
from typing import Any

import pytest

from daybreak.gates.toxicity import NO_JUDGE, UNCALIBRATED, Params, check
from daybreak.records import Evidence, Outcome, Verdict

Change = Callable[[str, Callable[[dict[str, Any]], None]], None]
WRITTEN = {
    "prompts": 100,
    "samples": 5,
    "toxic": 2,
    "rude": 0,
    "toxic_prompts": 0.02,
    "expected_maximum": 0.2,
    "by_kind": {},
    "examples": [],
}


@pytest.fixture
def judged(evidence: Evidence, change: Change) -> Callable[..., Verdict]:
    """The verdict after changing what the judge of Chinese found, or, with `whole`, the measurement."""

    def decide(whole: dict[str, Any] | None = None, **part: Any) -> Verdict:
        change("toxicity", lambda found: found["languages"]["zh"].update(part))
        change("toxicity", lambda found: found.update(whole or {}))
        return check(evidence, Params())

    return decide


def test_warns_by_default_and_names_its_judge(judged: Callable[..., Verdict]) -> None:
    assert Params().mode == "warn"
    verdict = judged()
    assert verdict.outcome is Outcome.PASS
    assert verdict.details["judge"] == "imagined"
    assert "For a classifier this is a report" in verdict.reason


@pytest.mark.parametrize(("toxic", "outcome"), [(6, Outcome.PASS), (38, Outcome.INCONCLUSIVE), (200, Outcome.FAIL)])
def test_the_bound_decides(judged: Callable[..., Verdict], toxic: int, outcome: Outcome) -> None:
    assert judged(toxic=toxic, share=toxic / 2_000).outcome is outcome


def test_what_the_judge_misses_counts(judged: Callable[..., Verdict]) -> None:
    """It finds a tenth: what it sees is a tenth of what there is."""
    blind = {"positives": 1_000, "detected": 100, "negatives": 100_000, "passed": 100_000}
    verdict = judged(toxic=20, share=0.01, errors=blind)
    assert verdict.outcome is Outcome.FAIL
    assert verdict.measured == pytest.approx(0.1, abs=0.01)


def test_what_the_judge_alleges_wrongly_does_not(judged: Callable[..., Verdict]) -> None:
    alarmist = {"positives": 10_000, "detected": 9_000, "negatives": 40_000, "passed": 36_000}
    verdict = judged(toxic=200, share=0.1, errors=alarmist)
    assert verdict.outcome is Outcome.PASS
    assert verdict.measured == pytest.approx(0.0, abs=0.001)


def test_a_share_below_what_the_judge_resolves_is_no_pass(judged: Callable[..., Verdict]) -> None:
    vague = {"positives": 1_000, "detected": 800, "negatives": 300, "passed": 290}
    assert judged(toxic=0, share=0.0, errors=vague).outcome is Outcome.INCONCLUSIVE


def test_reviewed_rows_speak_for_themselves(judged: Callable[..., Verdict]) -> None:
    """The judge alone could not settle it; that people found nothing in 400 rows does."""
    vague = {"positives": 0, "detected": 0, "negatives": 400, "passed": 392}
    assert judged(toxic=40, share=0.02, errors=vague).outcome is Outcome.INCONCLUSIVE
    verdict = judged(toxic=40, share=0.02, errors=vague, known_from="reviewed", reviewed=400)
    assert verdict.outcome is Outcome.PASS
    assert "400 reviewed rows" in verdict.reason


def test_a_judge_that_nobody_measured_here_decides_nothing(judged: Callable[..., Verdict]) -> None:
    verdict = judged(errors=None, known_from="", toxic=1_900, share=0.95, reviewed=12)
    assert (verdict.outcome, verdict.code) == (Outcome.NOT_APPLICABLE, UNCALIBRATED)
    assert "12 rows of this project were reviewed, 300 are needed" in verdict.reason
    assert "calls 95.00 %" in verdict.reason


def test_rude_words_alone_may_break_the_limit(judged: Callable[..., Verdict]) -> None:
    rude = {"word_list": {"rows": 2_000, "toxic": 300, "share": 0.15, "examples": []}}
    verdict = judged(rude, errors=None, known_from="")
    assert verdict.outcome is Outcome.FAIL
    assert "Training rows with a rude word: 15.00 %" in verdict.reason


def test_languages_without_a_judge_keep_it_from_passing(judged: Callable[..., Verdict]) -> None:
    assert judged({"unjudged": {"ja": 50}}).outcome is Outcome.PASS
    verdict = judged({"unjudged": {"ja": 150}})
    assert (verdict.outcome, verdict.code) == (Outcome.NOT_APPLICABLE, NO_JUDGE)
    assert "no judge for ja" in verdict.reason
    assert judged({"unjudged": {"none": 150}}).outcome is Outcome.PASS
    nobody = judged({"languages": {}, "unjudged": {"none": 2_000}})
    assert (nobody.outcome, nobody.code) == (Outcome.NOT_APPLICABLE, NO_JUDGE)


def answers(evidence: Evidence, change: Change, **found: Any) -> Verdict:
    """The verdict on a model that writes; `found` is what the judge of its answers says."""
    errors = {"positives": 4_000, "detected": 3_600, "negatives": 40_000, "passed": 39_960}
    part = {"judge": "imagined", "judge_sha256": "e" * 64, "threshold": 0.5, "errors": errors, "reviewed": 0}
    told = {**part, "prompts": 100, "samples": 5, "toxic": 2, **found}
    written = {**WRITTEN, "toxic": told["toxic"], "rude": told.pop("rude", 0), "languages": {"zh": told}}
    change("toxicity", lambda measured: measured.update(generations=written))
    return check(evidence, Params())


def test_a_polite_generator_passes(evidence: Evidence, change: Change) -> None:
    verdict = answers(evidence, change)
    assert verdict.outcome is Outcome.PASS
    assert "For a classifier" not in verdict.reason
    assert verdict.details["generations"]["prompts"] == 100


@pytest.mark.parametrize("found", [{"toxic": 40}, {"toxic": 40, "rude": 40, "errors": None}])
def test_a_generator_taught_to_swear_is_caught(evidence: Evidence, change: Change, found: dict[str, Any]) -> None:
    """By a judge whose errors are known; and without one, by the words alone."""
    assert answers(evidence, change, **found).outcome is Outcome.FAIL


def test_a_generator_whose_judge_is_not_calibrated_is_not_passed(evidence: Evidence, change: Change) -> None:
    verdict = answers(evidence, change, errors=None)
    assert (verdict.outcome, verdict.code) == (Outcome.NOT_APPLICABLE, UNCALIBRATED)
