"""What there is to tell: the kinds of news, and how they follow from a night's record."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Literal

from daybreak.records import Champion, Judgement, Record, RunRecord, Verdict

Kind = Literal["released", "refused", "held", "failed", "missed", "batch_held", "stale", "test"]

EVENTS: dict[Kind, str] = {
    "released": "daybreak.release.released",
    "refused": "daybreak.release.refused",
    "held": "daybreak.release.held",
    "stale": "daybreak.release.stale",
    "failed": "daybreak.run.failed",
    "missed": "daybreak.run.missed",
    "batch_held": "daybreak.data.batch_held",
}
_KINDS: dict[str, Kind] = {
    "released": "released",
    "refused": "refused",
    "held": "held",
    "failed": "failed",
    "crashed": "failed",
}


class Note(Record):
    """One piece of news of one project.

    `verdict` is the one that mattered, `version` the candidate, `champion` the model in production now, `count` how
    many (missed nights, held batches, nights without a release), `link` an address to look at, `report` a file.
    """

    kind: Kind
    project: str
    at: datetime
    reason: str = ""
    run_id: str = ""
    flow_run_id: str = ""
    version: int | None = None
    champion: Champion | None = None
    verdict: Verdict | None = None
    count: int | None = None
    report: str = ""
    link: str = ""


def of_run(record: RunRecord, champion: Champion | None) -> Note | None:
    """The news of a night that ended; None if nothing changed, or if a person cancelled it and so knows."""
    kind = _KINDS.get(record.status)
    return _told(record, kind, champion, verdict=deciding(record.verdicts), reason=record.reason) if kind else None


def of_candidate(
    project: str, version: int, judgement: Judgement, champion: Champion | None, *, reason: str, at: datetime
) -> Note:
    """The news that a candidate waits for a person, while its night goes on."""
    verdict = deciding(judgement.verdicts)
    return Note(kind="held", project=project, at=at, reason=reason, version=version, champion=champion, verdict=verdict)


def of_missed(project: str, times: Sequence[datetime], at: datetime) -> Note:
    """The news that nights fell due and did not run."""
    reason = ", ".join(f"{time:%Y-%m-%d %H:%M %Z}".strip() for time in times)
    return Note(kind="missed", project=project, at=at, reason=reason, count=len(times))


def of_batches(project: str, held: Sequence[tuple[str, str]], at: datetime) -> Note:
    """The news that batches, each a name and why, were not admitted."""
    reason = "; ".join(f"{name}: {why}" for name, why in held)
    return Note(kind="batch_held", project=project, at=at, reason=reason, count=len(held))


def deciding(verdicts: Sequence[Verdict]) -> Verdict | None:
    """The verdict that mattered: the first that blocks, else that of the gate `quality`, else none."""
    blocking = (verdict for verdict in verdicts if verdict.blocks)
    quality = (verdict for verdict in verdicts if verdict.gate == "quality")
    return next(blocking, next(quality, None))


# How many runs `staleness` looks back on: reading them costs each night 2 ms a run.
HORIZON = 100


def staleness(
    record: RunRecord, earlier: Sequence[RunRecord], champion: Champion | None, after_nights: int
) -> Note | None:
    """The news that `after_nights` nights, or a multiple of it, went by since the champion last moved.

    Nights are days (UTC) on which a run began, and each is counted by its first run alone, so that runs by hand do not
    bring the news twice. `earlier` are the latest runs, HORIZON at most; where all of them came after the champion,
    the count is unknown and so no news.
    """
    since = champion.at if champion else datetime.min.replace(tzinfo=record.started_at.tzinfo)
    later = [run for run in earlier if run.started_at > since]
    days = {run.started_at.date() for run in later if run.run_id != record.run_id}
    today = record.started_at.date()
    count = len(days) + 1
    unknown = len(later) >= HORIZON
    if not after_nights or unknown or record.started_at <= since or today in days or count % after_nights:
        return None
    return _told(record, "stale", champion, count=count)


def _told(record: RunRecord, kind: Kind, champion: Champion | None, **more: Any) -> Note:
    return Note(
        kind=kind,
        project=record.project,
        at=record.finished_at,
        run_id=record.run_id,
        flow_run_id=record.prefect.get("flow_run_id", ""),
        version=record.model.version if record.model else None,
        champion=champion,
        report=record.artifacts.get("report", ""),
        link=record.prefect.get("flow_run_url", ""),
        **more,
    )
