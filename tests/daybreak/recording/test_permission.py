"""What may be released is asked of gates, champion and whoever permits it."""

from making import Finished

from daybreak import recording
from daybreak.authority import Approval
from daybreak.recording import GRANTED, Permission
from daybreak.recording.permission import is_champion


def test_a_champion_needs_no_permission_and_is_not_released_again(finished: Finished) -> None:
    assert is_champion(finished.night, finished.tracked)
    assert not recording.needs_permission(finished.night, finished.results, finished.tracked)
    assert recording.release(finished.night, finished.results, finished.tracked, "test", GRANTED) is None


def test_a_candidate_that_passed_needs_permission_and_one_that_is_held_is_not_moved(finished: Finished) -> None:
    candidate = finished.tracked.model_copy(update={"version": 2})
    assert recording.needs_permission(finished.night, finished.results, candidate)
    held = Permission(answer="held", reason="nobody was asked")
    assert recording.release(finished.night, finished.results, candidate, "test", held) is None
    assert len(recording.open_ledger(finished.night).history("sample")) == 1


def test_what_a_person_said_is_in_the_journal(finished: Finished) -> None:
    said = Approval(approved=False, name="赵云", reason="再等一晚")
    recording.note_approval(finished.night, finished.tracked, said)
    entry = recording.open_ledger(finished.night).journal("sample")[-1]
    assert "赵云" in str(entry.facts)
    assert "再等一晚" in str(entry.facts)
