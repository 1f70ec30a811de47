"""An alias that was moved in MLflow: nothing is released until a named person says which side is right."""

import pytest
from releases import House

from daybreak.errors import BadInput, EvidenceMismatch, ReleaseError
from daybreak.records import Move, Outcome
from daybreak.releasing import Candidate, accept, restore


def accepted(house: House, candidate: Candidate | None = None) -> Move:
    return accept(house.ledger, house.registry, house.project, actor="林晓", reason="线上就用它", candidate=candidate)


def restored(house: House) -> Move | None:
    return restore(house.ledger, house.registry, house.project, actor="林晓", reason="误操作")


def test_the_journal_follows_an_accepted_alias(each_house: House) -> None:
    first, _ = each_house.released(2)
    each_house.registry.set_alias(each_house.project, first.version)
    with pytest.raises(ReleaseError, match="somebody moved the alias"):
        each_house.release(each_house.candidate(3), against=2)
    move = accepted(each_house)
    assert (move.kind, move.outcome, move.from_version, move.to_version) == ("reconcile", "done", 2, 1)
    assert (move.actor, move.reason) == ("林晓", "accepted: 线上就用它")
    each_house.assert_champion(first.version)


def test_a_restored_alias_points_to_the_champion_again(each_house: House) -> None:
    each_house.released(2)
    third = each_house.candidate(3)
    each_house.registry.set_alias(each_house.project, third.version)
    move = restored(each_house)
    assert move is not None
    assert (move.kind, move.from_version, move.to_version, move.reason) == ("reconcile", 2, 2, "restored: 误操作")
    each_house.assert_champion(2)
    assert each_house.rollback().to_version == 1


def test_a_removed_alias_is_restored_and_cannot_be_accepted(house: House) -> None:
    house.released(1)
    house.registry.set_alias(house.project, None)
    with pytest.raises(BadInput, match="points nowhere; expected a version to accept; Use --restore"):
        accepted(house)
    restored(house)
    house.assert_champion(1)


def test_an_alias_without_a_champion_is_removed_and_noted(house: House) -> None:
    candidate = house.candidate(1)
    house.registry.set_alias(house.project, candidate.version)
    assert restored(house) is None
    house.assert_champion(None)
    (entry,) = house.ledger.journal("sample")
    assert (entry.event, entry.facts) == ("alias_removed", {"alias": 1, "actor": "林晓", "reason": "误操作"})


def test_a_refused_version_can_be_accepted_by_name(house: House) -> None:
    house.released(1)
    refused = house.candidate(2)
    house.release(refused, house.judgement(house.evidence(refused), 1, Outcome.FAIL))
    house.registry.set_alias(house.project, refused.version)
    assert accepted(house).to_version == refused.version
    house.assert_champion(refused.version)


def test_a_version_that_was_never_proposed_needs_its_files_named(house: House) -> None:
    house.released(1)
    stranger = house.candidate(2)
    house.registry.set_alias(house.project, stranger.version)
    with pytest.raises(EvidenceMismatch, match="files of version 2 are not known here"):
        accepted(house)
    assert accepted(house, stranger).to_version == stranger.version
    house.assert_champion(stranger.version)


def test_altered_files_are_not_accepted(house: House) -> None:
    first, _ = house.released(2)
    (first.artifact.path / "model.onnx").write_bytes(b"another model")
    house.registry.set_alias(house.project, first.version)
    with pytest.raises(EvidenceMismatch, match="Use --restore"):
        accepted(house)
    restored(house)
    house.assert_champion(2)


def test_where_both_agree_there_is_nothing_to_reconcile(house: House) -> None:
    house.released(1)
    for way in (accepted, restored):
        with pytest.raises(BadInput, match="the alias champion is where the journal says"):
            way(house)
    assert house.outcomes() == ["done"]


def test_what_the_champion_was_judged_against_survives_a_restoration(house: House) -> None:
    house.released(2)
    house.registry.set_alias(house.project, 1)
    restored(house)
    before = house.ledger.predecessor("sample")
    assert before is not None
    assert before.version == 1
