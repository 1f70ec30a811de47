"""A night knows before it starts whether there is anything to do: also when an earlier one held its candidate back."""

from dataclasses import replace

import pytest
from making import Finished

from daybreak import recording
from daybreak.authority import ReleaseParams
from daybreak.night import Night
from daybreak.records import RunRecord
from flows import deciding


def with_release(night: Night, **release: str) -> Night:
    return replace(night, params=night.params.model_copy(update={"release": ReleaseParams(**release)}))


@pytest.fixture
def held(finished: Finished) -> RunRecord:
    """A record of another model that waits for somebody's word."""
    assert finished.record.model is not None
    other = finished.record.model.model_copy(update={"sha256": "0" * 64, "version": 9, "alias": None})
    return finished.record.model_copy(update={"status": "held", "model": other})


def test_with_everything_at_hand_there_is_nothing_to_do(finished: Finished) -> None:
    record = deciding.nothing_to_do(finished.night, asked=False)
    assert record is not None
    assert (record.status, record.same_as) == ("unchanged", finished.record.run_id)


def test_the_night_that_decided_is_named_however_often_it_was_repeated(finished: Finished) -> None:
    for _ in range(2):
        record = deciding.nothing_to_do(finished.night, asked=False)
        assert record is not None
        assert record.same_as == finished.record.run_id


def test_what_was_held_back_is_let_go_by_a_night_that_may(finished: Finished, held: RunRecord) -> None:
    assert deciding.may_let_go(finished.night, held, asked=False)  # the sample always may


def test_the_champion_needs_no_letting_go(finished: Finished) -> None:
    assert not deciding.may_let_go(finished.night, finished.record.model_copy(update={"status": "held"}), asked=False)


def test_what_was_released_and_withdrawn_is_let_go_once_nobody_holds_it(held: RunRecord, finished: Finished) -> None:
    assert deciding.may_let_go(finished.night, held.model_copy(update={"status": "released"}), asked=False)


def test_what_lost_its_dossier_is_judged_again_unless_it_is_champion(finished: Finished, held: RunRecord) -> None:
    another = {"run_id": "another", "artifacts": {}}
    assert not deciding.lost(finished.night, held)
    assert deciding.lost(finished.night, held.model_copy(update=another)), "its dossier is gone"
    assert not deciding.lost(finished.night, finished.record.model_copy(update=another))


def test_nobody_can_approve_while_the_stack_is_down(finished: Finished, held: RunRecord) -> None:
    assert not deciding.may_let_go(with_release(finished.night, approval="required"), held, asked=True)


def test_another_project_waits_until_it_is_asked(finished: Finished) -> None:
    other = replace(finished.night, project=finished.night.project.model_copy(update={"name": "shop"}))
    assert not deciding.may_release(other, asked=False).allowed
    assert deciding.may_release(other, asked=True).allowed


def test_it_is_known_without_a_run_of_it(finished: Finished) -> None:
    ledger = recording.open_ledger(finished.night)
    assert recording.decided(ledger, "sample", finished.results.judgement.digest) is not None
    assert recording.decided(ledger, "sample", "1" * 64) is None
