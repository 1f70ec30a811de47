"""What this very night did is timed, what an earlier one did is reused."""

from making import Finished

from daybreak import night as steps
from daybreak.night import open_night
from daybreak.recording import facts


def test_what_was_done_is_timed_and_what_was_not_is_reused(finished: Finished) -> None:
    assert set(finished.record.timings) == {"prepare", "train", "total"}
    later = open_night(None, (), finished.night.project.root)
    done = later.store.find(recording_step(finished))
    assert done is not None
    assert not facts.is_new(later, done)


def recording_step(finished: Finished):  # type: ignore[no-untyped-def]
    return steps.train(finished.night, finished.results.dataset, finished.results.swept)
