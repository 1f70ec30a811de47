"""A dossier is named by its content, what was altered does not go unnoticed, and no release does without."""

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from releases import House

from daybreak import releasing
from daybreak.errors import BadInput, EvidenceMismatch
from daybreak.records import Evidence, Judgement, Outcome, RunRecord
from daybreak.releasing import Candidate, sealing

TREE = {"a": 1.5, "b": ["差", None]}


def write(runs: Path, run_id: str = "night-1") -> RunRecord:
    """A run whose dossier lies below `runs`, and is as the record says."""
    path = runs / run_id / sealing.FOLDER / sealing.FILE
    path.parent.mkdir(parents=True)
    path.write_text(json.dumps(sealing.sealed(TREE), ensure_ascii=False, indent=1), encoding="utf-8")
    now = datetime.now(UTC)
    return RunRecord(
        run_id=run_id,
        project="sample",
        status="refused",
        released=False,
        started_at=now,
        finished_at=now,
        artifacts={"report": str(path.with_name("report.html"))},
        dossier=sealing.read(path.parent),
    )


def test_the_seal_covers_all_but_itself() -> None:
    sealed = sealing.sealed(TREE)
    assert sealed == {**TREE, "digest": sealed["digest"]}
    assert sealing.sealed(sealed) == sealed
    assert sealing.sealed({**TREE, "a": 1.6})["digest"] != sealed["digest"]


def test_what_was_written_has_no_fault(tmp_path: Path) -> None:
    record = write(tmp_path)
    assert len(record.dossier) == 64
    assert sealing.fault(record, tmp_path) == ""
    assert sealing.fault(record.model_copy(update={"dossier": ""}), tmp_path) == ""  # of a time without seals


def test_an_altered_dossier_is_named_even_if_sealed_again(tmp_path: Path) -> None:
    record = write(tmp_path)
    path = sealing.place(record, tmp_path)
    other: dict[str, Any] = {**json.loads(path.read_text(encoding="utf-8")), "a": 2}
    for tree in (other, sealing.sealed(other)):
        path.write_text(json.dumps(tree), encoding="utf-8")
        assert sealing.fault(record, tmp_path) == f"{path} was altered since it was written"


@pytest.mark.parametrize("text", ["", "[]", "{not JSON", None])
def test_a_broken_dossier_is_named_as_is_one_that_is_gone(text: str | None, tmp_path: Path) -> None:
    record = write(tmp_path)
    path = sealing.place(record, tmp_path)
    path.unlink()
    if text is not None:
        path.write_text(text, encoding="utf-8")
    assert str(path) in sealing.fault(record, tmp_path)


def test_a_checkout_that_was_moved_keeps_its_dossiers(tmp_path: Path) -> None:
    record = write(tmp_path / "before")
    (tmp_path / "before").rename(tmp_path / "after")
    assert sealing.fault(record, tmp_path / "after") == ""
    assert sealing.place(record, tmp_path / "nowhere").parents[2] == tmp_path / "nowhere"


def alter(dossier: Path) -> None:
    dossier.write_text(dossier.read_text(encoding="utf-8").replace("PASS", "FAIL", 1), encoding="utf-8")


def seal_again(dossier: Path) -> None:
    alter(dossier)
    dossier.write_text(json.dumps(sealing.sealed(json.loads(dossier.read_text(encoding="utf-8")))), encoding="utf-8")


def move(how: str, house: House, candidate: Candidate, judgement: Judgement, dossier: Path) -> None:
    getattr(releasing, how)(
        house.ledger,
        house.registry,
        house.project,
        candidate=candidate,
        evidence=house.evidence(candidate),
        judgement=judgement,
        dossier=dossier,
        actor="林晓",
        reason="",
    )


@pytest.mark.parametrize("how", ["release", "promote"])
@pytest.mark.parametrize("do", [alter, seal_again, Path.unlink])
def test_an_altered_dossier_releases_nothing(house: House, how: str, do: Any) -> None:
    candidate = house.candidate(1)
    judgement = house.judgement(house.evidence(candidate), None)
    dossier = house.dossier(candidate, judgement)
    do(dossier)
    with pytest.raises(EvidenceMismatch, match=r"dossier of run night-1 cannot be relied on: .*; Judge the candidate"):
        move(how, house, candidate, judgement, dossier)
    assert house.outcomes() == []
    house.assert_champion(None)


@pytest.mark.parametrize("how", ["release", "promote"])
def test_without_a_sealed_dossier_nothing_is_released(house: House, how: str) -> None:
    """A file alone is none, however right it is; nor is one of other verdicts of that run."""
    candidate, other = house.candidates(2)
    judgement = house.judgement(house.evidence(candidate), None)
    strange = house.dossier(other, house.judgement(house.evidence(other), None))
    house.dossier(candidate, house.judgement(house.evidence(candidate), None, Outcome.FAIL))
    with pytest.raises(EvidenceMismatch, match="no dossier of run night-1 was sealed with these verdicts"):
        move(how, house, candidate, judgement, strange)
    assert house.outcomes() == []


def test_the_dossier_of_another_model_releases_nothing(house: House) -> None:
    candidate, other = house.candidates(2)
    judgement = house.judgement(house.evidence(candidate), None)
    dossier = house.dossier(other.model_copy(update={"run_id": candidate.run_id}), judgement)
    with pytest.raises(EvidenceMismatch, match="is of other verdicts or another model"):
        move("release", house, candidate, judgement, dossier)
    house.assert_champion(None)


def test_the_journal_keeps_what_was_sealed_last(house: House) -> None:
    candidate = house.candidate(1)
    judgement = house.judgement(house.evidence(candidate), None)
    digest = sealing.read(house.dossier(candidate, judgement).parent)
    assert house.ledger.sealed_dossier("sample", "night-1", judgement.digest) == digest
    assert house.ledger.sealed_dossier("sample", "night-2", judgement.digest) == ""
    assert house.ledger.sealed_dossier("other", "night-1", judgement.digest) == ""
    house.ledger.seal_dossier("sample", run_id="night-1", judgement=judgement.digest, digest="f" * 64)
    assert house.ledger.sealed_dossier("sample", "night-1", judgement.digest) == "f" * 64
    assert house.ledger.verify("sample") is None


def test_of_earlier_nights_the_record_says_what_was_sealed(house: House, tmp_path: Path) -> None:
    record = write(tmp_path / "earlier", "night-7").model_copy(update={"key": "k" * 64})
    house.ledger.record_run(record)
    assert house.ledger.sealed_dossier("sample", "night-7", "k" * 64) == record.dossier
    assert house.ledger.sealed_dossier("sample", "night-7", "other") == ""


def test_verdicts_of_an_earlier_version_are_no_alarm_but_bad_input(house: House) -> None:
    candidate = house.candidate(1)
    evidence: Evidence = house.evidence(candidate)
    known = house.judgement(evidence, None)
    digest = Judgement.compute_digest(known.verdicts, evidence.former_digest, None)
    former = known.model_copy(update={"evidence_digest": evidence.former_digest, "digest": digest})
    found = "version 1 was judged by an earlier version of Daybreak; .*; Judge the candidate again with daybreak run"
    with pytest.raises(BadInput, match=found):
        move("promote", house, candidate, former, house.dossier(candidate, former))
    house.assert_champion(None)
