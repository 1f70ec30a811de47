"""Rows of a schedule are told apart from everybody else's, and none is made twice for one due time."""

import time
from datetime import UTC, datetime, timedelta

import pytest
from prefect.client.orchestration import SyncPrefectClient
from prefect.states import Completed, Scheduled

from daybreak.records import Project
from daybreak.settings import Settings
from flows.deploying import deploy
from flows.nightly import Schedule, active
from flows.opening import LATE
from flows.overdue import MISSED, Rows

DUE = datetime(2026, 11, 20, 2, tzinfo=UTC)
AFTER, UNTIL = DUE - timedelta(hours=1), DUE + timedelta(hours=1)


@pytest.fixture
def schedule(client: SyncPrefectClient, settings: Settings, project: Project) -> Schedule:
    deploy(settings, checkout=project.root)
    (found,) = active(client)
    return found


def test_a_row_is_made_once(client: SyncPrefectClient, schedule: Schedule) -> None:
    assert Rows(client, schedule, AFTER, UNTIL).waiting == set()
    first = Rows(client, schedule, AFTER, UNTIL).keep(DUE)
    assert LATE in first.tags
    assert Rows(client, schedule, AFTER, UNTIL).waiting == {DUE}
    assert Rows(client, schedule, AFTER, UNTIL).keep(DUE, "again").id == first.id
    assert {LATE, "again"} <= set(client.read_flow_run(first.id).tags)


def test_a_row_that_is_made_has_the_key_that_prefect_would_give_it(
    client: SyncPrefectClient, schedule: Schedule
) -> None:
    deadline = time.monotonic() + 90
    while not (queued := client.read_flow_runs()) and time.monotonic() < deadline:
        time.sleep(0.5)
    theirs = min(queued, key=lambda run: run.expected_start_time)
    assert theirs.expected_start_time
    (due,) = schedule.due(theirs.expected_start_time - timedelta(hours=1), theirs.expected_start_time)
    nobody_knows = Rows(client, schedule, AFTER, UNTIL)  # of this due time, so that it asks the server for a new row
    assert nobody_knows.keep(due).id == theirs.id


def test_what_is_written_off_has_started_and_waits_no_more(client: SyncPrefectClient, schedule: Schedule) -> None:
    Rows(client, schedule, AFTER, UNTIL).write_off(DUE, "it was dark")
    rows = Rows(client, schedule, AFTER, UNTIL)
    assert (rows.waiting, rows.started) == (set(), {DUE})
    (run,) = [run for run in client.read_flow_runs() if run.expected_start_time == DUE]
    assert (run.state_name, run.state.message) == ("Cancelled", "missed: it was dark")
    assert MISSED in run.tags


def test_runs_of_others_are_not_touched(client: SyncPrefectClient, schedule: Schedule) -> None:
    client.create_flow_run_from_deployment(schedule.deployment.id, state=Scheduled(scheduled_time=DUE))
    rows = Rows(client, schedule, AFTER, UNTIL)
    assert (rows.waiting, rows.started) == (set(), set())


def test_older_rows_count_while_they_wait(client: SyncPrefectClient, schedule: Schedule) -> None:
    waiting, done = DUE - timedelta(days=2), DUE - timedelta(days=1)
    before = Rows(client, schedule, AFTER - timedelta(days=7), AFTER)
    before.keep(waiting)
    client.set_flow_run_state(before.keep(done).id, Completed(), force=True)
    rows = Rows(client, schedule, AFTER, UNTIL)
    assert (rows.waiting, rows.started) == ({waiting}, set())
