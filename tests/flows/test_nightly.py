"""A schedule of the nightly deployment falls due by itself and by what people made of it in the UI."""

from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any

import pytest
from prefect.client.schemas.schedules import CronSchedule, IntervalSchedule, RRuleSchedule

from flows.nightly import Schedule

AFTER, UNTIL = datetime(2026, 11, 20, 12, tzinfo=UTC), datetime(2026, 11, 22, 12, tzinfo=UTC)


def schedule(found: Any = None, of_schedule: dict[str, Any] | None = None, of_deployment: Any = None) -> Schedule:
    deployment: Any = SimpleNamespace(parameters=of_deployment)
    kept: Any = SimpleNamespace(schedule=found, parameters=of_schedule or {})
    return Schedule(deployment, kept)


@pytest.mark.parametrize(
    "found",
    [
        CronSchedule(cron="0 2 * * *", timezone="UTC"),
        CronSchedule(cron="0 2 * * *"),
        CronSchedule(cron="0 2 * * *", timezone="UTC", day_or=False),
        IntervalSchedule(interval=86400, anchor_date=datetime(2026, 1, 1, 2, tzinfo=UTC), timezone="UTC"),
        RRuleSchedule(rrule="DTSTART:20260101T020000\nRRULE:FREQ=DAILY", timezone="UTC"),
    ],
    ids=["cron", "no time zone", "days and weekdays", "interval", "rrule"],
)
def test_every_kind_of_schedule_falls_due(found: Any) -> None:
    due = [f"{each.astimezone(UTC):%m-%d %H:%M}" for each in schedule(found).due(AFTER, UNTIL)]
    assert due == ["11-21 02:00", "11-22 02:00"]


def test_what_only_prefect_can_read_falls_due_by_prefect() -> None:
    due = schedule(CronSchedule(cron="@daily", timezone="UTC")).due(AFTER, UNTIL)
    assert [each.astimezone(UTC).day for each in due] == [21, 22]


@pytest.mark.parametrize(
    ("of_schedule", "of_deployment", "expected"),
    [
        ({}, None, "latest"),
        ({}, {"missed_runs": "all"}, "all"),
        ({"missed_runs": "skip"}, {"missed_runs": "all"}, "skip"),
        ({"missed_runs": "perhaps"}, {}, "latest"),
    ],
)
def test_the_schedule_s_policy_counts_before_the_deployment_s(
    of_schedule: dict[str, Any], of_deployment: Any, expected: str
) -> None:
    assert schedule(None, of_schedule, of_deployment).policy == expected


def test_a_schedule_without_a_project_is_the_sample_s() -> None:
    assert schedule().parameters["project"] == "sample"
    assert schedule(None, {"project": "reviews"}).parameters["project"] == "reviews"
