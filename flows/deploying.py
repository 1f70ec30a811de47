"""Registers every flow with the stack's Prefect server; what people changed there since stays as they left it."""

import sys
from pathlib import Path
from typing import Any

import yaml
from prefect.client.orchestration import SyncPrefectClient, get_client
from prefect.client.schemas.actions import DeploymentUpdate, WorkPoolCreate
from prefect.client.schemas.responses import DeploymentResponse
from prefect.exceptions import ObjectNotFound
from prefect.utilities.callables import parameter_schema
from prefect.workers.process import ProcessWorker

from daybreak.projects import find_checkout
from daybreak.settings import Settings, load_settings
from flows import catalogue, missing, nights, rescheduling

DECLARED = Path(__file__).parents[1] / "infra" / "prefect.yaml"
NAME = "daybreak"  # of the work pool, and of each flow's one deployment
NIGHTS_AT_ONCE = 4  # they take turns by their project's lock: more of them wait as rows, not as processes


def deploy(settings: Settings, reset_schedules: bool = False, checkout: Path | None = None) -> list[str]:
    """Register the work pool, one deployment a flow and one schedule a project; returns the deployments' names.

    A project whose models are not released has its schedule with the flow that trains them. A schedule is made where
    there never was one: paused, edited and deleted ones stay so, unless `reset_schedules`.
    """
    place, zone = checkout or find_checkout(Path.cwd()), settings.timezone
    declared = yaml.safe_load(DECLARED.read_text(encoding="utf-8"))["deployments"]
    nightly = next(each["schedules"] for each in declared if each["flow_name"] == nights.RELEASING)
    with get_client(sync_client=True) as client:
        _make_pool(client)
        environment = {"DAYBREAK_HOME": str(settings.home)}
        job = {"working_dir": str(place)}
        made = {each["flow_name"]: _register(client, each, job, environment) for each in declared}
        rescheduling.settle(client, made, nightly, place, zone, reset=reset_schedules)
    return [f"{each['flow_name']}/{NAME}" for each in declared]


def _make_pool(client: SyncPrefectClient) -> None:
    try:
        client.read_work_pool(NAME)
    except ObjectNotFound:
        template = ProcessWorker.get_default_base_job_template()
        client.create_work_pool(WorkPoolCreate(name=NAME, type=ProcessWorker.type, base_job_template=template))
        client.create_work_queue("nights", concurrency_limit=NIGHTS_AT_ONCE, work_pool_name=NAME)


def _register(
    client: SyncPrefectClient, declared: dict[str, Any], job: dict[str, Any], environment: dict[str, str]
) -> DeploymentResponse:
    """Make the deployment, or bring up to date what follows from the code and its place, and nothing else."""
    flow = catalogue.load(declared["flow_name"])
    schema = parameter_schema(flow).model_dump_for_openapi()
    ours = {"entrypoint": declared["entrypoint"], "parameter_openapi_schema": schema}
    pool = {"work_pool_name": NAME, "work_queue_name": declared["work_pool"]["work_queue_name"]}
    try:
        found = client.read_deployment_by_name(f"{flow.name}/{NAME}")
    except ObjectNotFound:
        own = {"name": NAME, "description": declared["description"], "tags": declared["tags"]}
        job = {**job, "env": environment}
        return client.read_deployment(
            client.create_deployment(client.create_flow(flow), **own, **ours, **pool, job_variables=job)
        )
    known = found.job_variables or {}
    wanted = {**ours, "job_variables": {**known, **job, "env": {**known.get("env", {}), **environment}}}
    wanted |= {} if found.work_pool_name else pool  # somebody deleted the pool, and it was made again
    if any(getattr(found, name) != value for name, value in wanted.items()):
        client.update_deployment(found.id, DeploymentUpdate(**wanted))
    return found


if __name__ == "__main__":
    ours = load_settings(find_checkout(Path.cwd()))
    deploy(ours, reset_schedules="--reset-schedules" in sys.argv)
    missing.settle(ours)
