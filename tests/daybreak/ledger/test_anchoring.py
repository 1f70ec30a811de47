"""Which champion is the anchor, and how often a candidate was tried: told from the journal alone."""

from collections.abc import Callable
from typing import Any

import pytest

from daybreak.ledger import Ledger, Proposal
from daybreak.ledger.anchoring import Anchor, anchor
from daybreak.records import Standing

Make = Callable[..., Proposal]


class Journal:
    """A ledger of one project, in which versions are tried, released and withdrawn in one word."""

    def __init__(self, ledger: Ledger, make: Make) -> None:
        self.ledger, self._make = ledger, make

    def release(self, version: int, **changes: Any) -> None:
        champion = self.ledger.champion("sample")
        self.ledger.begin_move("sample", self._make(version, **changes), champion.version if champion else None)
        with self.ledger.settle("sample") as settlement:
            assert settlement is not None
            settlement.finish("done", 1.0)

    def withdraw(self, to: int) -> None:
        self.release(to, kind="rollback")

    def judge(self, model: int, data: str = "d") -> None:
        self.ledger.note_attempt("sample", sha256=f"{model:064x}", data_digest=data)

    def standing(self, model: int = 99, data: str = "d", release_set: str = "") -> Standing:
        return self.ledger.standing("sample", sha256=f"{model:064x}", data_digest=data, release_set=release_set)

    @property
    def anchor(self) -> Anchor | None:
        done = [move for move in reversed(self.ledger.history("sample")) if move.outcome == "done"]
        return anchor(done)


@pytest.fixture
def journal(ledger: Ledger, make_proposal: Make) -> Journal:
    return Journal(ledger, make_proposal)


def test_before_the_first_release_there_is_none(journal: Journal) -> None:
    assert journal.anchor is None
    assert journal.standing() == Standing()


def test_the_first_champion_is_the_anchor_and_is_not_asked_about_twice(journal: Journal) -> None:
    journal.release(1)
    assert journal.anchor == Anchor(1, "")
    assert journal.standing() == Standing(attempt=1, comparison=1, anchor_version=None)


def test_it_stays_until_one_is_shown_to_be_better(journal: Journal) -> None:
    for version in (1, 2, 3):
        journal.release(version)
    assert journal.anchor == Anchor(1, "", comparisons=2)
    assert journal.standing().anchor_version == 1
    assert journal.standing().comparison == 3
    journal.release(4, anchor="raised")
    assert journal.anchor == Anchor(4, "")
    assert journal.standing() == Standing()


def test_a_person_who_accepts_a_model_makes_it_the_anchor(journal: Journal) -> None:
    journal.release(1)
    journal.release(2)
    journal.release(3, kind="promote", anchor="reset")
    assert journal.anchor == Anchor(3, "")


def test_a_rollback_brings_back_the_anchor_of_its_version(journal: Journal) -> None:
    journal.release(1)
    journal.release(2)
    journal.release(3, anchor="raised")
    journal.release(4)
    assert journal.standing().anchor_version == 3
    journal.withdraw(2)
    assert journal.anchor == Anchor(1, "", comparisons=1)


def test_an_alias_that_was_put_back_changes_nothing(journal: Journal) -> None:
    journal.release(1)
    journal.release(2)
    before = journal.standing()
    journal.release(2, kind="reconcile")
    assert journal.standing() == before


def test_another_release_set_leaves_the_anchor_where_it_is(journal: Journal) -> None:
    """Or whoever changes it, by params or by a rollback of the data, would be let off what was lost before."""
    journal.release(1)
    journal.release(2)
    stands = Standing(comparison=2, anchor_version=1)
    assert journal.standing() == stands
    assert journal.standing(release_set="f" * 64) == stands.model_copy(update={"rows_before": ""})
    journal.release(3, release_set="f" * 64)
    assert journal.anchor == Anchor(1, "f" * 64, comparisons=2)
    back = journal.standing()
    assert (back.anchor_version, back.comparison, back.rows_before) == (1, 3, "f" * 64)
    journal.release(4, release_set="e" * 64, anchor="raised")
    assert journal.anchor == Anchor(4, "e" * 64)


def test_each_candidate_is_one_attempt_however_often_it_is_judged(journal: Journal) -> None:
    journal.release(1)
    for model in (11, 12, 11, 12, 13):
        journal.judge(model)
    assert [journal.standing(model).attempt for model in (11, 12, 13, 14)] == [1, 2, 3, 4]
    assert journal.standing(11, data="other").attempt == 4


def test_a_release_begins_a_new_count_and_a_rollback_does_not(journal: Journal) -> None:
    journal.release(1)
    for model in (11, 12, 2):
        journal.judge(model)
    journal.release(2)
    assert journal.standing(13).attempt == 1
    journal.judge(13)
    journal.judge(2)  # the champion itself is no attempt
    journal.withdraw(1)
    assert journal.standing(14).attempt == 2


def test_what_was_released_stands_where_it_stood_then(journal: Journal) -> None:
    """So that the same night again asks the same questions, also when it was withdrawn since."""
    journal.release(1)
    journal.release(2)
    journal.judge(11)
    journal.judge(3)
    before = journal.standing(3)
    assert before == Standing(attempt=2, comparison=2, anchor_version=1)
    journal.release(3, anchor="raised")
    assert journal.standing(3) == before
    journal.withdraw(2)
    assert journal.standing(3) == before


def test_other_projects_do_not_count(journal: Journal) -> None:
    journal.release(1)
    journal.ledger.note_attempt("other", sha256="a" * 64, data_digest="d")
    assert journal.standing().attempt == 1


def test_attempts_are_sealed_in_the_chain(journal: Journal) -> None:
    journal.release(1)
    journal.judge(11)
    journal.judge(11)
    assert [entry.event for entry in journal.ledger.journal("sample")] == ["move", "judged"]
    assert journal.ledger.verify("sample") is None


def test_a_model_that_was_released_once_is_found_by_its_version(journal: Journal) -> None:
    journal.release(1)
    journal.release(2)
    found = journal.ledger.released("sample", 1)
    assert found is not None
    assert found.version == 1
    assert journal.ledger.released("sample", 9) is None
