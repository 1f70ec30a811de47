"""After a night: what it leaves is shared and what the past left is removed, and neither can undo the night."""

from making import Finished

from daybreak.sharing import Shared
from tasks import tidying


def test_without_a_remote_there_is_nothing_to_share(finished: Finished) -> None:
    assert tidying.share.fn(finished.night, finished.record) == Shared()


def test_the_only_night_is_kept_whole(finished: Finished) -> None:
    tidying.tidy.fn(finished.night)
    assert finished.results.model.path.is_dir()
    assert (finished.night.folder / "results.json").is_file()
