"""Only what belongs together may become champion: verdicts, evidence, files and the registered version."""

from collections.abc import Callable

import pytest
from releases import House

from daybreak.errors import EvidenceMismatch
from daybreak.records import Evidence, Judgement, Outcome, Standing
from daybreak.releasing import Candidate, promote, release


def alter_verdict(house: House, candidate: Candidate) -> tuple[Candidate, Judgement]:
    judgement = house.judgement(house.evidence(candidate), None, Outcome.FAIL)
    passed = tuple(verdict.model_copy(update={"outcome": Outcome.PASS}) for verdict in judgement.verdicts)
    return candidate, judgement.model_copy(update={"verdicts": passed})


def drop_verdicts(house: House, candidate: Candidate) -> tuple[Candidate, Judgement]:
    evidence = house.evidence(candidate)
    digest = Judgement.compute_digest([], evidence.digest, None)
    return candidate, Judgement(verdicts=(), evidence_digest=evidence.digest, champion_version=None, digest=digest)


def skip_a_gate(house: House, candidate: Candidate) -> tuple[Candidate, Judgement]:
    evidence = house.evidence(candidate)
    kept = [verdict for verdict in house.judgement(evidence, None).verdicts if verdict.gate != "parity"]
    digest = Judgement.compute_digest(kept, evidence.digest, None)
    return candidate, Judgement(
        verdicts=tuple(kept), evidence_digest=evidence.digest, champion_version=None, digest=digest
    )


def ask_a_gate_twice(house: House, candidate: Candidate) -> tuple[Candidate, Judgement]:
    evidence = house.evidence(candidate)
    judgement = house.judgement(evidence, None)
    twice = (*judgement.verdicts, judgement.verdicts[-1])
    digest = Judgement.compute_digest(twice, evidence.digest, None)
    return candidate, judgement.model_copy(update={"verdicts": twice, "digest": digest})


def judge_other_evidence(house: House, candidate: Candidate) -> tuple[Candidate, Judgement]:
    return candidate, house.judgement(house.evidence(house.candidate(2)), None)


def alter_model(house: House, candidate: Candidate) -> tuple[Candidate, Judgement]:
    (candidate.artifact.path / "model.onnx").write_bytes(b"another model")
    return candidate, house.judgement(house.evidence(candidate), None)


def lose_model(house: House, candidate: Candidate) -> tuple[Candidate, Judgement]:
    (candidate.artifact.path / "model.onnx").unlink()
    return candidate, house.judgement(house.evidence(candidate), None)


def add_a_file(house: House, candidate: Candidate) -> tuple[Candidate, Judgement]:
    (candidate.artifact.path / "model.onnx.data").write_bytes(b"weights of another model")
    return candidate, house.judgement(house.evidence(candidate), None)


def take_another_version(house: House, candidate: Candidate) -> tuple[Candidate, Judgement]:
    other = house.candidate(2)
    return candidate.model_copy(update={"version": other.version}), house.judgement(house.evidence(candidate), None)


def take_no_version(house: House, candidate: Candidate) -> tuple[Candidate, Judgement]:
    return candidate.model_copy(update={"version": 99}), house.judgement(house.evidence(candidate), None)


@pytest.mark.parametrize(
    ("alter", "message"),
    [
        (
            alter_verdict,
            "the verdicts were altered since they were given; expected digest .*; Judge the candidate again",
        ),
        (drop_verdicts, "no gate has judged the candidate; expected at least one verdict"),
        (skip_a_gate, "parity has not judged the candidate; expected one verdict of every gate; Judge the candidate"),
        (ask_a_gate_twice, "toxicity has not judged the candidate; expected one verdict of every gate"),
        (judge_other_evidence, "the verdicts rest on other evidence"),
        (
            alter_model,
            r"model\.onnx is [0-9a-f]{12}; expected SHA-256 [0-9a-f]{12}, as it was judged; Run daybreak run",
        ),
        (lose_model, r"model\.onnx is gone; expected SHA-256"),
        (add_a_file, "holds other files than were judged; expected only those"),
        (take_another_version, r"version 2 of daybreak-sample in MLflow is [0-9a-f]{12}; expected model"),
        (take_no_version, "version 99 of daybreak-sample in MLflow is nothing; expected model"),
    ],
)
def test_what_does_not_belong_together_is_not_released(
    house: House, alter: Callable[[House, Candidate], tuple[Candidate, Judgement]], message: str
) -> None:
    candidate, judgement = alter(house, house.candidate(1))
    with pytest.raises(EvidenceMismatch, match=message):
        house.release(candidate, judgement)
    assert house.outcomes() == []
    house.assert_champion(None)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"version": 7}, "the verdicts are of data version 7; expected 1, which the candidate comes from"),
        ({"digest": "d2"}, "the verdicts rest on other evidence"),
    ],
)
def test_verdicts_from_other_data_are_not_accepted(house: House, change: dict[str, object], message: str) -> None:
    candidate = house.candidate(1)
    evidence = house.evidence(candidate)
    other = evidence.model_copy(update={"dataset": evidence.dataset.model_copy(update=change)})
    judgement = house.judgement(evidence, None)
    with pytest.raises(EvidenceMismatch, match=message):
        _release(house, candidate, other, judgement)
    house.assert_champion(None)


def test_measurements_of_other_data_are_not_accepted(house: House) -> None:
    """Judged as if they were of tonight's data."""
    candidate = house.candidate(1)
    evidence = house.evidence(candidate)
    evidence = evidence.model_copy(update={"dataset": evidence.dataset.model_copy(update={"digest": "d2"})})
    with pytest.raises(EvidenceMismatch, match="the candidate was measured on data d1; expected d2"):
        _release(house, candidate, evidence, house.judgement(evidence, None))
    house.assert_champion(None)


@pytest.mark.parametrize("told", [{"attempt": 1}, {"anchor_version": None}, {"comparison": 9}])
def test_attempts_and_anchor_are_part_of_the_evidence(house: House, told: dict[str, object]) -> None:
    """A tenth attempt that is passed off as the first, or without its anchor."""
    candidate = house.candidate(1)
    stood = Standing(attempt=10, comparison=4, anchor_version=2)
    evidence = house.evidence(candidate).model_copy(update={"standing": stood})
    judgement = house.judgement(evidence, None)
    altered = evidence.model_copy(update={"standing": stood.model_copy(update=told)})
    with pytest.raises(EvidenceMismatch, match="the verdicts rest on other evidence"):
        _release(house, candidate, altered, judgement)
    house.assert_champion(None)


def test_an_override_answers_for_a_gate_that_was_not_asked(house: House) -> None:
    candidate, judgement = skip_a_gate(house, house.candidate(1))
    evidence = house.evidence(candidate)
    move = promote(
        house.ledger,
        house.registry,
        house.project,
        candidate=candidate,
        evidence=evidence,
        judgement=judgement,
        dossier=house.folder / "none",
        actor="林晓",
        reason="看过了",
        override=True,
    )
    assert (move.outcome, move.reason, move.anchor) == ("done", "override: 看过了", "reset")


def _release(house: House, candidate: Candidate, evidence: Evidence, judgement: Judgement) -> None:
    release(
        house.ledger,
        house.registry,
        house.project,
        candidate=candidate,
        evidence=evidence,
        judgement=judgement,
        dossier=house.dossier(candidate, judgement),
        actor="a mistake",
        reason="",
    )


def test_evidence_of_another_model_is_not_accepted(house: House) -> None:
    measured, other = house.candidate(1), house.candidate(2)
    evidence = house.evidence(measured)
    with pytest.raises(EvidenceMismatch, match="the evidence is of model"):
        _release(house, other, evidence, house.judgement(evidence, None))
    house.assert_champion(None)
