"""The emergency brake: back to the last good champion, in an instant, with a hold, and never a step too far."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from releases import House

from daybreak.errors import BadInput, EvidenceMismatch, LostRace, ReleaseError
from daybreak.releasing import rollback
from daybreak.releasing.rolling_back import standing


def test_the_last_champion_comes_back_at_once_and_the_withdrawn_one_is_on_hold(each_house: House) -> None:
    first, second = each_house.released(2)
    move = each_house.rollback()
    assert (move.kind, move.outcome, move.from_version, move.to_version) == ("rollback", "done", 2, 1)
    assert (move.actor, move.reason, move.run_id) == ("林晓", "复核时答错", first.run_id)
    assert move.duration_ms is not None
    assert move.duration_ms <= 60_000  # 300 on a machine with nothing else to do
    each_house.assert_champion(first.version)
    champion = each_house.ledger.champion("sample")
    assert champion is not None
    assert champion.artifact == first.artifact
    (hold,) = each_house.ledger.holds("sample")
    assert (hold.version, hold.actor, hold.reason) == (2, "林晓", "复核时答错")
    assert (hold.model_sha256, hold.weights_sha256) == (second.artifact.sha256, second.weights_sha256)
    assert (hold.data_version, hold.params_digest) == (2, second.params_digest)


def test_each_rollback_goes_one_good_champion_further(house: House) -> None:
    house.released(3)
    assert house.rollback().to_version == 2
    assert house.rollback().to_version == 1
    with pytest.raises(BadInput, match="no release before version 1 that was not rolled back itself"):
        house.rollback()
    house.assert_champion(1)


def test_a_release_after_a_rollback_goes_back_to_where_that_led(house: House) -> None:
    house.released(3)
    house.rollback()
    house.release(house.candidate(4), against=2)
    assert house.rollback().to_version == 2


def test_a_version_may_be_named(house: House) -> None:
    house.released(3)
    assert house.rollback(to=1).to_version == 1
    with pytest.raises(BadInput, match="no release before version 1"):
        house.rollback()
    assert house.rollback(to=3).to_version == 3


@pytest.mark.parametrize(
    ("to", "message"),
    [(2, "version 2 is the champion; expected one of: 1"), (9, "version 9 was never champion; expected one of: 1")],
)
def test_a_version_that_cannot_be_gone_back_to(house: House, to: int, message: str) -> None:
    house.released(2)
    with pytest.raises(BadInput, match=message):
        house.rollback(to=to)
    assert house.outcomes() == ["done", "done"]


def test_without_a_champion_or_a_reason(house: House) -> None:
    with pytest.raises(BadInput, match="project sample has no champion yet"):
        house.rollback()
    with pytest.raises(BadInput, match="a rollback without a reason"):
        house.rollback(reason=" ")


def test_files_that_were_altered_are_not_gone_back_to(house: House) -> None:
    first, _ = house.released(2)
    (first.artifact.path / "model.onnx").write_bytes(b"another model")
    with pytest.raises(EvidenceMismatch, match=r"model\.onnx is .*Choose another release with --to"):
        house.rollback()
    house.assert_champion(2)
    assert house.ledger.holds("sample") == ()


def test_an_alias_that_points_to_a_third_version_is_settled_first(house: House) -> None:
    house.released(2)
    third = house.candidate(3)
    house.registry.set_alias(house.project, third.version)
    with pytest.raises(ReleaseError, match="daybreak model reconcile --restore"):
        house.rollback()
    assert house.outcomes() == ["done", "done"]


def test_an_alias_that_somebody_put_back_already_is_no_hindrance(house: House) -> None:
    first, _ = house.released(2)
    house.registry.set_alias(house.project, first.version)
    assert house.rollback().outcome == "done"
    house.assert_champion(first.version)


def test_two_hands_on_the_brake_pull_it_once(each_house: House) -> None:
    each_house.released(4)

    def attempt(_: int) -> str:
        try:
            return each_house.rollback(to=3).outcome
        except (LostRace, BadInput):
            return "lost"

    with ThreadPoolExecutor(8) as pool:
        assert sorted(pool.map(attempt, range(8))) == ["done", *["lost"] * 7]
    each_house.assert_champion(3)
    assert [hold.version for hold in each_house.ledger.holds("sample")] == [4]


def test_a_rollback_that_comes_too_late_says_who_is_champion(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    """Between choosing and moving, the night releases another one."""
    house.released(2)
    third = house.candidate(3)
    version = house.registry.version

    def slip_in(*arguments: object) -> object:
        monkeypatch.undo()
        house.release(third, against=2)
        return version(*arguments)

    monkeypatch.setattr(house.registry, "version", slip_in)
    with pytest.raises(LostRace, match="nothing was rolled back: the champion is version 3; expected version 2"):
        rollback(house.ledger, house.registry, house.project, to=None, reason="x", actor="y")
    house.assert_champion(3)


def test_standing_is_what_rollbacks_left(house: House) -> None:
    house.released(4)
    house.rollback(to=2)
    house.rollback(to=3)
    done = list(reversed(house.ledger.history("sample")))
    assert [standing(done[:length]) for length in range(1, 7)] == [
        [1],
        [1, 2],
        [1, 2, 3],
        [1, 2, 3, 4],
        [1, 2],
        [1, 3],
    ]
