"""Brings each project's schedule to the flow that is its night, as people left it where it stood before."""

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any
from uuid import UUID

from prefect.client.orchestration import SyncPrefectClient
from prefect.client.schemas.actions import DeploymentScheduleCreate
from prefect.client.schemas.responses import DeploymentResponse

from flows import nights, scheduling


def settle(
    client: SyncPrefectClient,
    deployments: Mapping[str, DeploymentResponse],
    nightly: Iterable[Mapping[str, Any]],
    checkout: Path,
    timezone: str,
    *,
    reset: bool,
) -> None:
    """Give each of the `deployments`, by flow, the schedules of the projects whose night it is."""
    split = {flow: nights.split(checkout, flow) for flow in deployments}
    taken: dict[str, DeploymentScheduleCreate | None] = {}
    for flow, deployment in deployments.items():
        elsewhere = scheduling.of_projects(nightly, split[flow][1], timezone)
        taken |= _take(client, deployment.id, {each.slug for each in elsewhere if each.slug})
    for flow, deployment in deployments.items():
        here = scheduling.of_projects(nightly, split[flow][0], timezone)
        scheduling.keep(client, deployment, here, taken=taken, reset=reset)


def _take(client: SyncPrefectClient, deployment: UUID, slugs: set[str]) -> dict[str, DeploymentScheduleCreate | None]:
    """Take schedules away from a deployment, since their projects have another kind of night by now.

    Returns each as people left it, None for one that they had deleted.
    """
    made = scheduling.made_of(client).get(str(deployment), [])
    taken: dict[str, DeploymentScheduleCreate | None] = dict.fromkeys(slugs.intersection(made))
    if not taken:
        return {}
    for found in client.read_deployment_schedules(deployment):
        if found.slug in taken:
            left = DeploymentScheduleCreate.model_fields.keys() - {"replaces"}
            taken[found.slug] = DeploymentScheduleCreate(**{name: getattr(found, name) for name in left})
            client.delete_deployment_schedule(deployment, found.id)
    scheduling.remember(client, {**scheduling.made_of(client), str(deployment): sorted(set(made) - slugs)})
    return taken
