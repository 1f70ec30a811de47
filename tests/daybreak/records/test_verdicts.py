"""A verdict blocks or does not, and a judgement is tied to what it rests on."""

import json

import pytest
from vocabulary import verdict

from daybreak.records import Judgement, Outcome


@pytest.mark.parametrize("outcome", list(Outcome))
@pytest.mark.parametrize("mode", ["block", "warn", "off"])
def test_only_a_blocking_gate_that_fails_or_cannot_tell_blocks(outcome: Outcome, mode: str) -> None:
    stops = mode == "block" and outcome in {Outcome.FAIL, Outcome.INCONCLUSIVE}
    assert verdict(outcome, mode).blocks is stops


def test_a_judgement_names_what_blocked_it() -> None:
    verdicts = (verdict(), verdict(Outcome.FAIL), verdict(Outcome.FAIL, "warn"))
    judgement = Judgement(verdicts=verdicts, evidence_digest="e", champion_version=None, digest="j")
    assert judgement.blocked_by == (verdicts[1],)


def test_a_judgement_is_tied_to_verdicts_evidence_and_champion() -> None:
    digests = {
        Judgement.compute_digest([verdict()], "e", 1),
        Judgement.compute_digest([verdict(Outcome.FAIL)], "e", 1),
        Judgement.compute_digest([verdict()], "f", 1),
        Judgement.compute_digest([verdict()], "e", None),
    }
    assert len(digests) == 4


def test_outcomes_read_as_words_in_json() -> None:
    assert json.loads(verdict(Outcome.NOT_APPLICABLE).model_dump_json())["outcome"] == "NOT_APPLICABLE"
