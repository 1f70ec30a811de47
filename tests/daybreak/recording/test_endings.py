"""A night without work of its own points at the one that did it, or says why it broke off."""

from making import Finished

from daybreak import recording
from daybreak.night import open_night


def test_an_unchanged_night_points_at_the_one_that_decided(finished: Finished) -> None:
    later = open_night(None, (), finished.night.project.root)
    same = recording.decided(recording.open_ledger(later), "sample", finished.results.judgement.digest)
    assert same is not None
    record = recording.unchanged(later, same)
    assert (record.status, record.released, record.same_as) == ("unchanged", False, finished.record.run_id)
    assert record.metrics == finished.record.metrics
    assert record.finished_at > finished.record.finished_at


def test_verdicts_nobody_acted_on_are_not_unchanged(finished: Finished) -> None:
    ledger = recording.open_ledger(finished.night)
    assert recording.decided(ledger, "sample", "0" * 64) is None


def test_a_night_that_broke_off_is_recorded(finished: Finished) -> None:
    later = open_night(None, (), finished.night.project.root)
    record = recording.failed(later, "failed", "the disk was full", {"flow_run_id": "f"})
    assert recording.open_ledger(later).run("sample", later.run_id) == record
    assert (record.status, record.reason, record.model) == ("failed", "the disk was full", None)


def test_what_breaks_after_the_record_does_not_undo_it(finished: Finished) -> None:
    assert recording.failed(finished.night, "failed", "the server hiccuped", {}) == finished.record
