"""Each kind of news follows from what a night leaves, and none is told twice."""

from datetime import UTC, datetime, timedelta

import pytest

from daybreak.notifying import note
from daybreak.notifying.note import EVENTS
from daybreak.records import Champion, Judgement, RunRecord, Status

NAMES = {
    "daybreak.release.released",
    "daybreak.release.refused",
    "daybreak.release.held",
    "daybreak.release.stale",
    "daybreak.run.failed",
    "daybreak.run.missed",
    "daybreak.data.batch_held",
}


def test_the_events_have_their_names() -> None:
    assert set(EVENTS.values()) == NAMES


@pytest.mark.parametrize(
    ("status", "kind"),
    [("released", "released"), ("refused", "refused"), ("held", "held"), ("failed", "failed"), ("crashed", "failed")],
)
def test_a_night_that_changed_something_is_news(
    refused: RunRecord, champion: Champion, status: Status, kind: str
) -> None:
    news = note.of_run(refused.model_copy(update={"status": status}), champion)
    assert news is not None
    assert (news.kind, news.project, news.run_id, news.flow_run_id) == (kind, "hotels", "20261120-ab12", "p1")
    assert (news.version, news.report, news.champion) == (3, "/srv/daybreak/report.html", champion)


@pytest.mark.parametrize("status", ["unchanged", "cancelled"])
def test_a_night_without_change_or_cancelled_by_a_person_is_not(refused: RunRecord, status: Status) -> None:
    assert note.of_run(refused.model_copy(update={"status": status}), None) is None


def test_the_first_blocking_verdict_mattered(refused: RunRecord) -> None:
    found = note.deciding(refused.verdicts)
    assert found is not None
    assert found.gate == "latency"


def test_where_none_blocks_quality_mattered(refused: RunRecord) -> None:
    parity, _, quality = refused.verdicts
    warned = quality.model_copy(update={"mode": "warn"})
    assert note.deciding((parity, warned)) == warned
    assert note.deciding((parity,)) is None
    assert note.deciding(()) is None


def test_a_candidate_that_waits_is_held(refused: RunRecord, champion: Champion) -> None:
    judgement = Judgement(verdicts=refused.verdicts[:1], evidence_digest="e", champion_version=2, digest="j")
    news = note.of_candidate("hotels", 3, judgement, champion, reason="why", at=refused.finished_at)
    assert (news.kind, news.version, news.reason) == ("held", 3, "why")


def test_missed_nights_and_held_batches_are_named_and_counted() -> None:
    at = datetime(2026, 11, 20, tzinfo=UTC)
    missed = note.of_missed("hotels", [at - timedelta(days=2), at - timedelta(days=1)], at)
    assert (missed.count, missed.reason) == (2, "2026-11-18 00:00 UTC, 2026-11-19 00:00 UTC")
    batches = note.of_batches("hotels", [("十一月.csv", "labels swapped"), ("b.csv", "empty")], at)
    assert (batches.count, batches.reason) == (2, "十一月.csv: labels swapped; b.csv: empty")


def nights(record: RunRecord, *days_ago: float) -> list[RunRecord]:
    started = record.started_at
    return [
        record.model_copy(update={"run_id": f"r{days}", "started_at": started - timedelta(days=days)})
        for days in days_ago
    ]


@pytest.mark.parametrize(("after", "told"), [(3, True), (2, False), (4, False), (1, True), (0, False)])
def test_the_third_night_since_the_release_is_told_after_three(
    refused: RunRecord, champion: Champion, after: int, told: bool
) -> None:
    earlier = nights(refused, 1, 2, 4, 5)  # the champion is three days and an hour old
    found = note.staleness(refused, earlier, champion, after)
    assert (found is not None) == told
    if found:
        assert (found.kind, found.count, found.champion) == ("stale", 3, champion)


def test_a_night_counts_once_however_many_runs_it_had(refused: RunRecord, champion: Champion) -> None:
    earlier = nights(refused, 1, 1.01, 1.02, 2)
    assert note.staleness(refused, earlier, champion, 3)
    assert note.staleness(refused, [refused, *earlier], champion, 3), "the run itself may be among them"
    assert note.staleness(refused, nights(refused, 0.001, 1, 2), champion, 3) is None, "told by the first run of a day"


def test_a_night_that_released_is_never_stale(refused: RunRecord, champion: Champion) -> None:
    now = champion.model_copy(update={"at": refused.finished_at})
    assert note.staleness(refused, nights(refused, 1, 2), now, 1) is None


def test_before_the_first_release_every_night_counts(refused: RunRecord) -> None:
    found = note.staleness(refused, nights(refused, 1, 2, 3), None, 2)
    assert found is not None
    assert found.count == 4


def test_what_lies_beyond_the_horizon_is_not_guessed(refused: RunRecord) -> None:
    assert note.staleness(refused, nights(refused, *range(1, note.HORIZON)), None, 1)
    assert note.staleness(refused, nights(refused, *range(1, note.HORIZON + 1)), None, 1) is None
