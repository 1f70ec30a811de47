"""What becomes of nights that fell due while the machine was off, on a real server, for each policy."""

import time
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from prefect.client.orchestration import SyncPrefectClient
from prefect.client.schemas.objects import FlowRun
from prefect.states import Completed, Pending

from daybreak.records import Project
from daybreak.settings import Settings
from daybreak.stack import heartbeat
from flows.deploying import deploy
from flows.missing import WRITTEN_OFF, Missed, choose, settle
from flows.nightly import NIGHTLY, active
from flows.opening import LATE
from flows.overdue import MISSED

MINUTE = timedelta(minutes=1)
EACH_MINUTE = {"cron": "* * * * *", "timezone": "UTC"}
# Half a minute, so that no test depends on the second at which it runs.
NOW = datetime.now(UTC).replace(second=30, microsecond=0)


def schedule_each_minute(client: SyncPrefectClient, policy: str | None, schedule: dict[str, Any] | None = None) -> None:
    """Give the one schedule another cron and policy, as the UI does."""
    deployment = client.read_deployment_by_name(NIGHTLY)
    parameters = {"project": "sample", **({"missed_runs": policy} if policy else {})}
    change = {"schedule": schedule or EACH_MINUTE, "parameters": parameters}
    client.request("PATCH", f"/deployments/{deployment.id}/schedules/{deployment.schedules[0].id}", json=change)


def until_queued(client: SyncPrefectClient, count: int = 10) -> list[FlowRun]:
    """Wait until Prefect has queued runs by itself."""
    deadline = time.monotonic() + 300
    while len(runs := client.read_flow_runs()) < count:
        assert time.monotonic() < deadline
        time.sleep(0.5)
    return runs


def rows(client: SyncPrefectClient, until: datetime) -> dict[str, list[FlowRun]]:
    """Runs that are due by then, by state, oldest first."""
    found: dict[str, list[FlowRun]] = {}
    for run in sorted(client.read_flow_runs(), key=lambda run: run.expected_start_time):
        if run.expected_start_time <= until:
            found.setdefault(run.state_name, []).append(run)
    return found


def due(runs: list[FlowRun]) -> list[datetime]:
    return [run.expected_start_time for run in runs]


@pytest.fixture(params=["skip", "latest", "all"])
def policy(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def stack(client: SyncPrefectClient, settings: Settings, project: Project) -> Settings:
    deploy(settings, checkout=project.root)
    return settings


def late_of(policy: str, fell_due: list[datetime]) -> list[datetime]:
    return {"skip": [], "latest": fell_due[-1:], "all": fell_due}[policy]


def test_an_outage_that_prefect_had_not_queued(client: SyncPrefectClient, stack: Settings, policy: str) -> None:
    schedule_each_minute(client, policy)
    heartbeat.beat(stack.stack, NOW - 5 * MINUTE)
    (decided,) = settle(stack, NOW)
    fell_due = [NOW.replace(second=0) - n * MINUTE for n in (4, 3, 2, 1, 0)]
    late = late_of(policy, fell_due)
    assert decided == Missed(project="sample", policy=policy, due=tuple(fell_due), late=tuple(late))
    found = rows(client, NOW)
    waiting = sorted([*found.pop("Scheduled", []), *found.pop("Late", [])], key=lambda run: run.expected_start_time)
    written_off = found.pop("Cancelled", [])
    assert not found
    assert due(waiting) == late
    assert due(written_off) == [each for each in fell_due if each not in late]
    assert all(LATE in run.tags and run.parameters["project"] == "sample" for run in waiting)
    for run in written_off:
        assert MISSED in run.tags
        assert run.state.message == f"missed: it fell due while the machine was off, and missed_runs is {policy}"


def test_an_outage_that_prefect_had_queued_runs_nothing_twice(
    client: SyncPrefectClient, stack: Settings, policy: str
) -> None:
    schedule_each_minute(client, policy)
    until_queued(client)
    begun = datetime.now(UTC)
    ended = begun + 5 * MINUTE
    heartbeat.beat(stack.stack, begun)
    before = {run.id for run in client.read_flow_runs()}
    (decided,) = settle(stack, ended)
    assert len(decided.due) == 5
    found = rows(client, ended)
    assert due([*found.get("Scheduled", []), *found.get("Late", [])]) == late_of(policy, list(decided.due))
    assert len(found.get("Cancelled", [])) == 5 - len(decided.late)
    assert {run.id for runs in found.values() for run in runs} <= before, "rows were made beside Prefect's own"


def test_settling_twice_changes_nothing(client: SyncPrefectClient, stack: Settings) -> None:
    schedule_each_minute(client, "latest")
    heartbeat.beat(stack.stack, NOW - 5 * MINUTE)
    assert settle(stack, NOW)
    before = {run.id: run.state_type for run in client.read_flow_runs() if run.expected_start_time <= NOW}
    assert settle(stack, NOW) == []
    heartbeat.beat(stack.stack, NOW - 5 * MINUTE)  # it was killed before it noted that it was done
    settle(stack, NOW)
    assert {run.id: run.state_type for run in client.read_flow_runs() if run.expected_start_time <= NOW} == before


def test_a_second_outage_supersedes_the_late_run_of_the_first(client: SyncPrefectClient, stack: Settings) -> None:
    schedule_each_minute(client, "latest")
    heartbeat.beat(stack.stack, NOW - 6 * MINUTE)
    settle(stack, NOW - 3 * MINUTE)
    settle(stack, NOW)
    found = rows(client, NOW)
    assert due([*found.get("Scheduled", []), *found.get("Late", [])]) == [NOW.replace(second=0)]
    assert len(found["Cancelled"]) == 5


def test_what_started_or_was_cancelled_by_somebody_is_not_missed(client: SyncPrefectClient, stack: Settings) -> None:
    schedule_each_minute(client, "all")
    runs = sorted(until_queued(client), key=lambda run: run.expected_start_time)
    begun = runs[0].expected_start_time - timedelta(seconds=1)
    client.set_flow_run_state(runs[0].id, Completed(), force=True)
    client.set_flow_run_state(runs[1].id, Pending(), force=True)
    heartbeat.beat(stack.stack, begun)
    (decided,) = settle(stack, begun + 4 * MINUTE)
    assert list(decided.late) == due(runs[2:4])


def test_the_default_is_the_latest_and_the_deployment_may_say_otherwise(
    client: SyncPrefectClient, stack: Settings
) -> None:
    schedule_each_minute(client, None)
    assert [schedule.policy for schedule in active(client)] == ["latest"]
    deployment = client.read_deployment_by_name(NIGHTLY)
    client.request("PATCH", f"/deployments/{deployment.id}", json={"parameters": {"missed_runs": "skip"}})
    assert [schedule.policy for schedule in active(client)] == ["skip"]


def test_three_projects_with_three_policies_in_one_outage(
    client: SyncPrefectClient, stack: Settings, project: Project
) -> None:
    deployment = client.read_deployment_by_name(NIGHTLY)
    client.delete_deployment_schedule(deployment.id, deployment.schedules[0].id)
    made = [
        {"schedule": EACH_MINUTE, "active": True, "parameters": {"project": name, "missed_runs": name}}
        for name in ("skip", "latest", "all")
    ]
    client.request("POST", f"/deployments/{deployment.id}/schedules", json=made)
    heartbeat.beat(stack.stack, NOW - 5 * MINUTE)
    assert {each.project: len(each.late) for each in settle(stack, NOW)} == {"skip": 0, "latest": 1, "all": 5}
    waiting = [run for name, runs in rows(client, NOW).items() if name != "Cancelled" for run in runs]
    assert sorted(run.parameters["project"] for run in waiting) == ["all"] * 5 + ["latest"]


@pytest.mark.parametrize("paused", ["schedule", "deployment"])
def test_what_is_paused_misses_nothing(client: SyncPrefectClient, stack: Settings, paused: str) -> None:
    schedule_each_minute(client, "all")
    deployment = client.read_deployment_by_name(NIGHTLY)
    if paused == "deployment":
        client.pause_deployment(deployment.id)
    else:
        path = f"/deployments/{deployment.id}/schedules/{deployment.schedules[0].id}"
        client.request("PATCH", path, json={"active": False})
    heartbeat.beat(stack.stack, NOW - 5 * MINUTE)
    assert settle(stack, NOW) == []


@pytest.mark.parametrize(
    "other",
    [
        {"interval": 60, "anchor_date": "2026-01-01T00:00:00Z", "timezone": "UTC"},
        {"rrule": f"DTSTART:{NOW:%Y%m%d}T000000\nRRULE:FREQ=MINUTELY", "timezone": "UTC"},
    ],
    ids=["interval", "rrule"],
)
def test_every_schedule_that_the_ui_can_make_falls_due(
    client: SyncPrefectClient, stack: Settings, other: dict[str, Any]
) -> None:
    schedule_each_minute(client, "latest", other)
    heartbeat.beat(stack.stack, NOW - 5 * MINUTE)
    (decided,) = settle(stack, NOW)
    assert [each.astimezone(UTC) for each in decided.late] == [NOW.replace(second=0)]
    assert len(decided.due) == 5


def test_a_long_outage_writes_off_a_bounded_number_of_rows(client: SyncPrefectClient, stack: Settings) -> None:
    schedule_each_minute(client, "latest")
    heartbeat.beat(stack.stack, NOW - 300 * MINUTE)
    (decided,) = settle(stack, NOW)
    assert (len(decided.due), len(decided.late)) == (300, 1)
    assert len(rows(client, NOW)["Cancelled"]) == WRITTEN_OFF - 1


def test_nothing_was_missed_before_the_first_heartbeat_or_while_the_clock_was_set_back(
    client: SyncPrefectClient, stack: Settings
) -> None:
    schedule_each_minute(client, "all")
    assert settle(stack, NOW) == []
    assert heartbeat.last(stack.stack) == NOW
    assert settle(stack, NOW - 60 * MINUTE) == []
    assert heartbeat.last(stack.stack) == NOW - 60 * MINUTE
    assert "Cancelled" not in rows(client, NOW)


def test_without_the_deployment_nothing_is_settled(client: SyncPrefectClient, settings: Settings) -> None:
    heartbeat.beat(settings.stack, NOW - 5 * MINUTE)
    assert settle(settings, NOW) == []


def test_each_policy_chooses(policy: str) -> None:
    fell_due = [NOW, NOW + MINUTE]
    assert list(choose(policy, fell_due)) == late_of(policy, fell_due)
    assert list(choose(policy, [])) == []
