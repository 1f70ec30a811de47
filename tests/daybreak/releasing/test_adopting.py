"""The model that was in production before Daybreak becomes the first champion, once."""

import pytest
from releases import House

from daybreak.errors import EvidenceMismatch, LostRace
from daybreak.records import Move
from daybreak.releasing import Candidate, adopt


def adopted(house: House, candidate: Candidate) -> Move:
    return adopt(house.ledger, house.registry, house.project, candidate=candidate, actor="林晓", reason="线上的模型")


def test_a_model_is_adopted_as_the_first_champion(house: House) -> None:
    first, second = house.candidates(2)
    move = adopted(house, first)
    assert (move.kind, move.outcome, move.from_version, move.to_version) == ("adopt", "done", None, 1)
    house.assert_champion(first.version)
    house.release(second, against=first.version)
    assert house.rollback().to_version == first.version


def test_a_project_with_a_champion_adopts_no_other(house: House) -> None:
    house.released(1)
    with pytest.raises(LostRace, match="the champion is version 1; expected no model yet"):
        adopted(house, house.candidate(2))
    house.assert_champion(1)


def test_altered_files_are_not_adopted(house: House) -> None:
    candidate = house.candidate(1)
    (candidate.artifact.path / "labels.json").write_text("[]", encoding="utf-8")
    with pytest.raises(EvidenceMismatch, match=r"labels\.json is"):
        adopted(house, candidate)
    house.assert_champion(None)
