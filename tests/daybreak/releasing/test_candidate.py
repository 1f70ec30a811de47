"""Only what belongs together may become champion: verdicts, evidence, files and the registered version."""

from collections.abc import Callable

import pytest
from releases import House

from daybreak.errors import EvidenceMismatch
from daybreak.records import Judgement, Outcome
from daybreak.releasing import Candidate, release


def alter_verdict(house: House, candidate: Candidate) -> tuple[Candidate, Judgement]:
    judgement = house.judgement(house.evidence(candidate), None, Outcome.FAIL)
    passed = judgement.verdicts[0].model_copy(update={"outcome": Outcome.PASS})
    return candidate, judgement.model_copy(update={"verdicts": (passed,)})


def drop_verdicts(house: House, candidate: Candidate) -> tuple[Candidate, Judgement]:
    evidence = house.evidence(candidate)
    digest = Judgement.compute_digest([], evidence.digest, None)
    return candidate, Judgement(verdicts=(), evidence_digest=evidence.digest, champion_version=None, digest=digest)


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


def test_evidence_of_another_model_is_not_accepted(house: House) -> None:
    measured, other = house.candidate(1), house.candidate(2)
    evidence = house.evidence(measured)
    with pytest.raises(EvidenceMismatch, match="the evidence is of model"):
        release(
            house.ledger,
            house.registry,
            house.project,
            candidate=other,
            evidence=evidence,
            judgement=house.judgement(evidence, None),
            actor="a mistake",
            reason="",
        )
    house.assert_champion(None)
