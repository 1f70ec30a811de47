"""A candidate becomes champion on verdicts that belong to it, by the night or by a person."""

import pytest
from releases import House

from daybreak.errors import LostRace, ReleaseError
from daybreak.records import Outcome


def test_a_passed_candidate_becomes_champion(house: House) -> None:
    house.assert_champion(None)
    first, second = house.candidate(1), house.candidate(2)
    move = house.release(first)
    assert (move.outcome, move.from_version, move.to_version) == ("done", None, first.version)
    house.assert_champion(first.version)
    house.release(second, against=first.version)
    house.assert_champion(second.version)
    champion = house.ledger.champion("sample")
    assert champion is not None
    assert champion.artifact == second.artifact
    assert move.evidence == house.judgement(house.evidence(first), None).digest


@pytest.mark.parametrize("outcome", [Outcome.FAIL, Outcome.INCONCLUSIVE])
def test_a_blocked_candidate_is_refused_and_journalled(house: House, outcome: Outcome) -> None:
    candidate = house.candidate(1)
    judgement = house.judgement(house.evidence(candidate), None, outcome)
    move = house.release(candidate, judgement)
    assert (move.outcome, move.reason) == ("refused", "quality: 比基线好")
    house.assert_champion(None)
    assert house.outcomes() == ["refused"]


def test_a_candidate_judged_against_an_earlier_champion_loses(house: House) -> None:
    first, second = house.candidate(1), house.candidate(2)
    house.release(first)
    with pytest.raises(LostRace, match="the champion is version 1; expected no model yet"):
        house.release(second)
    house.assert_champion(first.version)
    assert house.outcomes() == ["lost_race", "done"]


def test_a_person_promotes_on_the_same_terms(house: House) -> None:
    first, second = house.candidates(2)
    move = house.promote(first)
    assert (move.kind, move.outcome, move.actor, move.reason) == ("promote", "done", "林晓", "看过了")
    assert (move.weights_sha256, move.params_digest) == (first.weights_sha256, first.params_digest)
    with pytest.raises(LostRace, match="the champion is version 1; expected no model yet"):
        house.promote(second)
    house.assert_champion(first.version)


def test_the_journal_says_what_a_release_makes_of_the_anchor(house: House) -> None:
    first, second, third = house.candidates(3)
    house.release(first)
    raised = house.judgement(house.evidence(second), first.version, change="raised")
    assert house.release(second, raised).anchor == "raised"
    assert house.release(third, against=second.version).anchor == "kept"
    standing = house.ledger.standing("sample", sha256="another", data_digest="d", release_set="")
    assert (standing.anchor_version, standing.comparison) == (second.version, 2)
    assert house.ledger.verify("sample") is None


def test_who_answers_for_a_model_makes_it_the_anchor(house: House) -> None:
    first, second, third = house.candidates(3)
    house.release(first)
    house.release(second, against=first.version)
    move = house.promote(third, second.version, Outcome.FAIL, override=True)
    assert (move.anchor, move.actor, move.reason) == ("reset", "林晓", "override: 看过了")
    assert house.ledger.standing("sample", sha256="x", data_digest="d", release_set="").anchor_version is None


def test_what_a_gate_refused_needs_somebody_who_answers_for_it(house: House) -> None:
    candidate = house.candidate(1)
    with pytest.raises(
        ReleaseError, match=r"version 1 was not promoted, it is refused \(quality: .*--override --by NAME"
    ):
        house.promote(candidate, None, Outcome.FAIL)
    house.assert_champion(None)
    move = house.promote(candidate, None, Outcome.FAIL, override=True)
    assert move.reason == "override: 看过了"
    assert house.outcomes() == ["done", "refused"]
    house.assert_champion(candidate.version)


def test_an_override_does_not_override_a_race(house: House) -> None:
    first, second = house.candidates(2)
    house.promote(first)
    with pytest.raises(LostRace):
        house.promote(second, None, override=True)
    house.assert_champion(first.version)


@pytest.mark.parametrize(
    ("like", "why"),
    [
        ({"version": 2}, "it is that model"),
        ({"weights_sha256": f"{2:064x}"}, "it has the same weights"),
        ({"data_version": 2}, "it comes from the same data version 2 and the same params"),
    ],
)
def test_what_is_like_the_withdrawn_model_is_held(house: House, like: dict[str, object], why: str) -> None:
    first, second = house.released(2)
    house.rollback()
    again = second if "version" in like else house.candidate(3, **like)
    move = house.release(again, against=first.version)
    assert move.outcome == "held"
    assert f"林晓 withdrew version 2 on {move.at:%Y-%m-%d}" in move.reason
    assert f"(复核时答错), and {why}; lift the hold with daybreak model unhold" in move.reason
    with pytest.raises(ReleaseError, match=r"version \d was not promoted, it is held"):
        house.promote(again, first.version)
    house.assert_champion(first.version)
    assert house.outcomes()[:2] == ["held", "held"]


def test_what_is_not_like_it_is_released(house: House) -> None:
    first, _ = house.released(2)
    house.rollback()
    other = house.candidate(3)
    assert house.release(other, against=first.version).outcome == "done"
    assert [hold.version for hold in house.ledger.holds("sample")] == [2]


def test_a_held_model_comes_back_after_unhold_or_by_override(house: House) -> None:
    first, second = house.released(2)
    house.rollback()
    assert house.promote(second, first.version, override=True).reason == "override: 看过了"
    house.rollback()
    (*lifted,) = house.ledger.lift_holds("sample", actor="王芳", reason="查清了")
    assert [hold.version for hold in lifted] == [2, 2]
    assert house.release(second, against=first.version).outcome == "done"
    house.assert_champion(second.version)
