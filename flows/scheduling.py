"""Keeps one nightly schedule a project: made once, and from then on in the hands of whoever uses the Prefect UI."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any
from uuid import UUID

from prefect.client.orchestration import SyncPrefectClient
from prefect.client.schemas.actions import DeploymentScheduleCreate, VariableCreate, VariableUpdate
from prefect.client.schemas.schedules import CronSchedule

# Kept in Prefect's own database: with a new database, every project gets its schedule anew.
MADE = "daybreak_schedules"


def of_projects(
    declared: Iterable[Mapping[str, Any]], projects: Sequence[str], timezone: str
) -> list[DeploymentScheduleCreate]:
    """What infra/prefect.yaml declares for the sample, for each of the projects."""
    return [
        DeploymentScheduleCreate(
            schedule=CronSchedule(cron=each["cron"], timezone=timezone),
            slug=each["slug"].replace("sample", project),
            parameters={**each["parameters"], "project": project},
        )
        for each in declared
        for project in projects
    ]


def keep(
    client: SyncPrefectClient,
    deployment: UUID,
    wanted: Sequence[DeploymentScheduleCreate],
    *,
    reset: bool,
    elsewhere: Sequence[DeploymentScheduleCreate] = (),
) -> None:
    """Make those of the `wanted` schedules that this deployment never had; with `reset`, exactly those, afresh.

    A schedule that belongs `elsewhere`, since its project has another kind of night by now, is taken away.
    """
    _leave(client, deployment, {schedule.slug for schedule in elsewhere})
    if not wanted:
        return
    present = client.read_deployment_schedules(deployment)
    made = _made(client)
    if reset:
        for schedule in present:
            client.delete_deployment_schedule(deployment, schedule.id)
        present, made = [], {}
    had = {*made.get(str(deployment), []), *(schedule.slug for schedule in present if schedule.slug)}
    if missing := {schedule.slug: schedule for schedule in wanted if schedule.slug and schedule.slug not in had}:
        client.create_deployment_schedules(deployment, [*missing.values()])
        _remember(client, {**_made(client), str(deployment): sorted({*had, *missing})})


def _leave(client: SyncPrefectClient, deployment: UUID, slugs: set[str | None]) -> None:
    made = _made(client).get(str(deployment), [])
    if not slugs.intersection(made):
        return
    for schedule in client.read_deployment_schedules(deployment):
        if schedule.slug in slugs:
            client.delete_deployment_schedule(deployment, schedule.id)
    _remember(client, {**_made(client), str(deployment): sorted(set(made) - slugs)})


def _made(client: SyncPrefectClient) -> dict[str, list[str]]:
    """Slugs of the schedules that each deployment ever had from us."""
    variable = client.read_variable_by_name(MADE)
    found: dict[str, list[str]] = variable.value if variable and isinstance(variable.value, dict) else {}
    return found


def _remember(client: SyncPrefectClient, made: dict[str, list[str]]) -> None:
    if client.read_variable_by_name(MADE):
        client.update_variable(VariableUpdate(name=MADE, value=made))
    else:
        client.create_variable(VariableCreate(name=MADE, value=made))
