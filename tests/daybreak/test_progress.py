"""Reports reach whoever watches, and nobody else."""

from daybreak import progress


def test_reports_reach_the_watcher_within_its_block() -> None:
    seen: list[tuple[str, float, str]] = []
    progress.report("train", 0.1)
    with progress.watched_by(lambda *said: seen.append(said)):
        progress.report("train", 0.5, "half")
    progress.report("train", 0.9)
    assert seen == [("train", 0.5, "half")]


def test_shares_stay_between_nothing_and_all() -> None:
    seen: list[float] = []
    with progress.watched_by(lambda _step, share, _note: seen.append(share)):
        progress.report("train", -1)
        progress.report("train", 1.2)
    assert seen == [0.0, 1.0]
