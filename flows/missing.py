"""Nights that fell due while the machine was off: which of them run late, and which are written off as missed."""

from collections.abc import Sequence
from datetime import UTC, datetime

from prefect.client.orchestration import SyncPrefectClient, get_client

from daybreak.records import Record
from daybreak.settings import Settings
from daybreak.stack import heartbeat
from flows import nightly, telling
from flows.nightly import Policy, Schedule
from flows.overdue import Rows

WRITTEN_OFF = 50  # rows that are made for nights Prefect had not queued: a longer list tells nobody more


class Missed(Record):
    """One schedule's nights that fell due in an outage and had not started; those in `late` run after all."""

    project: str
    policy: Policy
    due: tuple[datetime, ...]
    late: tuple[datetime, ...]


def settle(settings: Settings, now: datetime | None = None) -> list[Missed]:
    """Decide on the nights that fell due between the last heartbeat and `now`, tell, and beat: it is done once.

    What does not run ends Cancelled with the reason `missed`. Before the first heartbeat nothing was missed, nor while
    a clock was set back.
    """
    until, after = now or datetime.now(UTC), heartbeat.last(settings.stack)
    decided = []
    if after and after < until:
        with get_client(sync_client=True) as client:
            decided = [_settle(client, schedule, after, until) for schedule in nightly.active(client)]
    heartbeat.beat(settings.stack, until)
    for each in decided:
        telling.tell_missed(settings, each.project, [due for due in each.due if due not in each.late])
    return [each for each in decided if each.due]


def choose(policy: Policy, due: Sequence[datetime]) -> Sequence[datetime]:
    """Which of the due times, oldest first, run late."""
    return {"skip": due[:0], "latest": due[-1:], "all": due}[policy]


def _settle(client: SyncPrefectClient, schedule: Schedule, after: datetime, until: datetime) -> Missed:
    rows, due = Rows(client, schedule, after, until), schedule.due(after, until)
    missed = [each for each in due if each not in rows.started]
    late = [each for each in choose(schedule.policy, due) if each in missed]
    queued = {each for each in rows.waiting if schedule.policy != "all" or each > after}
    reason = f"it fell due while the machine was off, and missed_runs is {schedule.policy}"
    # First what Prefect has queued, newest first: a worker may be about to start it.
    for each in dict.fromkeys([*sorted(queued, reverse=True), *missed[-WRITTEN_OFF:]]):
        if each not in late:
            rows.write_off(each, reason)
    for each in late:
        rows.keep(each)
    return Missed(project=schedule.parameters["project"], policy=schedule.policy, due=tuple(missed), late=tuple(late))
