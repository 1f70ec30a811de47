"""Exactly one move wins, and journal and alias agree after any crash."""

import os
import signal
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from multiprocessing import get_context

import pytest
from releases import House

from daybreak.errors import LostRace, ReleaseError
from daybreak.ledger import Ledger
from daybreak.records import Move, Project
from daybreak.releasing import Candidate, heal, moved_outside
from daybreak.tracking import Registry


def test_fifty_promotions_at_once(each_house: House) -> None:
    candidates = each_house.candidates(50)

    def attempt(candidate: Candidate) -> int | None:
        try:
            return each_house.promote(candidate).to_version
        except LostRace:
            return None

    with ThreadPoolExecutor(50) as pool:
        winners = [version for version in pool.map(attempt, candidates) if version is not None]
    assert len(winners) == 1
    each_house.assert_champion(winners[0])
    assert sorted(each_house.outcomes()) == ["done", *["lost_race"] * 49]


class DeadlyRegistry(Registry):
    """Kills its process, as kill -9 does, before or after it sets the alias."""

    def __init__(self, url: str, after: bool) -> None:
        super().__init__(url)
        self._after = after

    def set_alias(self, project: Project, version: int | None, alias: str = "champion") -> None:
        if self._after:
            super().set_alias(project, version, alias)
        os.kill(os.getpid(), signal.SIGKILL)


def die_while(house: House, move: Callable[[], Move], after: bool) -> None:
    """Make the move in a process of its own that is killed over it."""

    def work() -> None:
        house.ledger = Ledger(house.ledger_url, home=house.folder)
        house.registry = DeadlyRegistry(house.mlflow_url, after)
        move()

    child = get_context("fork").Process(target=work)
    child.start()
    child.join(60)
    assert child.exitcode == -signal.SIGKILL


@pytest.mark.parametrize("after", [False, True], ids=["before the alias", "after the alias"])
def test_a_release_that_is_killed_is_completed_by_the_next_command(each_house: House, after: bool) -> None:
    first, second = each_house.candidates(2)
    each_house.release(first)
    die_while(each_house, lambda: each_house.release(second, against=first.version), after)
    assert each_house.registry.alias(each_house.project) == (second if after else first).version
    healed = heal(each_house.ledger, each_house.registry, each_house.project)
    assert healed is not None
    assert healed.outcome == "done"
    each_house.assert_champion(second.version)


@pytest.mark.parametrize("after", [False, True], ids=["before the alias", "after the alias"])
def test_a_rollback_that_is_killed_is_completed_with_its_hold(each_house: House, after: bool) -> None:
    first, second = each_house.released(2)
    die_while(each_house, each_house.rollback, after)
    assert each_house.ledger.holds("sample") == ()
    healed = heal(each_house.ledger, each_house.registry, each_house.project)
    assert healed is not None
    assert (healed.kind, healed.outcome) == ("rollback", "done")
    each_house.assert_champion(first.version)
    assert [hold.version for hold in each_house.ledger.holds("sample")] == [second.version]


@pytest.mark.parametrize("alias_was_set", [True, False])
def test_a_release_that_died_half_way_is_completed(house: House, alias_was_set: bool) -> None:
    candidate = house.candidate(1)
    house.begin(candidate)
    if alias_was_set:
        house.registry.set_alias(house.project, candidate.version)
    healed = heal(house.ledger, house.registry, house.project)
    assert healed is not None
    assert (healed.outcome, healed.to_version) == ("done", candidate.version)
    house.assert_champion(candidate.version)
    assert heal(house.ledger, house.registry, house.project) is None


def test_a_release_whose_model_is_gone_is_undone(house: House) -> None:
    first = house.candidate(1)
    house.release(first)
    house.begin(first.model_copy(update={"version": 99}), against=first.version)
    healed = heal(house.ledger, house.registry, house.project)
    assert healed is not None
    assert healed.outcome == "undone"
    house.assert_champion(first.version)


def test_healing_a_release_that_is_still_alive_does_no_harm(house: House) -> None:
    """Twenty other commands start, and heal, while one process is releasing."""
    candidate = house.candidate(1)
    with ThreadPoolExecutor(21) as pool:
        mine = pool.submit(house.release, candidate)
        others = [pool.submit(heal, house.ledger, house.registry, house.project) for _ in range(20)]
        assert mine.result().outcome == "done"
        assert [healed.outcome for other in others if (healed := other.result())] in ([], ["done"])
    house.assert_champion(candidate.version)
    assert house.outcomes() == ["done"]


def test_an_alias_that_somebody_else_moved_blocks_the_release(house: House) -> None:
    first, second, third = (house.candidate(seed) for seed in (1, 2, 3))
    house.release(first)
    house.registry.set_alias(house.project, second.version)
    found = moved_outside(house.ledger, house.registry, house.project)
    assert found is not None
    assert "it points to version 2; expected version 1, as the release journal says" in str(found)
    with pytest.raises(ReleaseError, match="Put it back with daybreak model reconcile --restore"):
        house.release(third, against=first.version)
    assert house.outcomes() == ["done"]
    assert house.registry.alias(house.project) == second.version
    house.registry.set_alias(house.project, first.version)
    house.release(third, against=first.version)
    house.assert_champion(third.version)


def test_a_release_whose_alias_is_moved_under_it_is_undone(house: House) -> None:
    first, second, third = (house.candidate(seed) for seed in (1, 2, 3))
    house.release(first)
    house.begin(third, against=first.version)
    house.registry.set_alias(house.project, second.version)
    assert moved_outside(house.ledger, house.registry, house.project) is None
    healed = heal(house.ledger, house.registry, house.project)
    assert healed is not None
    assert healed.outcome == "undone"
    assert house.registry.alias(house.project) == second.version
    assert moved_outside(house.ledger, house.registry, house.project) is not None


def test_an_alias_set_before_any_release_is_noticed(house: House) -> None:
    candidate = house.candidate(1)
    house.registry.set_alias(house.project, candidate.version)
    with pytest.raises(ReleaseError, match="expected no version, as the release journal says"):
        house.release(candidate)
    assert house.outcomes() == []
    found = moved_outside(house.ledger, house.registry, house.project)
    assert found is not None
    assert "it points to version 1; expected no version" in str(found)
