"""Keeps one nightly schedule a project: made once, and from then on in the hands of whoever uses the Prefect UI."""

from collections.abc import Iterable, Mapping, Sequence
from types import MappingProxyType
from typing import Any

from prefect.client.orchestration import SyncPrefectClient
from prefect.client.schemas.actions import DeploymentScheduleCreate, VariableCreate, VariableUpdate
from prefect.client.schemas.responses import DeploymentResponse
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
    deployment: DeploymentResponse,
    wanted: Sequence[DeploymentScheduleCreate],
    *,
    reset: bool,
    taken: Mapping[str, DeploymentScheduleCreate | None] = MappingProxyType({}),
) -> None:
    """Make those of the `wanted` schedules that this deployment never had; with `reset`, exactly those, afresh.

    One that was `taken` from another deployment is as people left it there: edited, paused, or deleted for good.
    """
    if not wanted:
        return
    present = client.read_deployment_schedules(deployment.id)
    made = made_of(client)
    if reset:
        for schedule in present:
            client.delete_deployment_schedule(deployment.id, schedule.id)
        present, made, taken = [], {}, {}
    had = {*made.get(str(deployment.id), []), *(schedule.slug for schedule in present if schedule.slug)}
    missing = {schedule.slug: schedule for schedule in wanted if schedule.slug and schedule.slug not in had}
    if missing:
        found = [taken.get(slug, fresh) for slug, fresh in missing.items()]
        if left := [_fitting(each, deployment) for each in found if each]:
            client.create_deployment_schedules(deployment.id, left)
        remember(client, {**made_of(client), str(deployment.id): sorted({*had, *missing})})


def _fitting(schedule: DeploymentScheduleCreate, deployment: DeploymentResponse) -> DeploymentScheduleCreate:
    """Less the parameters that this deployment's flow does not take."""
    known = (deployment.parameter_openapi_schema or {}).get("properties", {})
    kept = {name: value for name, value in schedule.parameters.items() if name in known}
    return schedule.model_copy(update={"parameters": kept})


def made_of(client: SyncPrefectClient) -> dict[str, list[str]]:
    """Slugs of the schedules that each deployment ever had from us."""
    variable = client.read_variable_by_name(MADE)
    found: dict[str, list[str]] = variable.value if variable and isinstance(variable.value, dict) else {}
    return found


def remember(client: SyncPrefectClient, made: dict[str, list[str]]) -> None:
    if client.read_variable_by_name(MADE):
        client.update_variable(VariableUpdate(name=MADE, value=made))
    else:
        client.create_variable(VariableCreate(name=MADE, value=made))
