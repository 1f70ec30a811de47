"""How a night begins in Prefect: who started it, what it is called, and what ties it to its run in the UI."""

from datetime import UTC, datetime
from pathlib import Path
from uuid import UUID

from prefect.client.orchestration import get_client
from prefect.context import FlowRunContext
from prefect.runtime import flow_run

from daybreak.authority import Origin
from daybreak.night import Night, open_night
from flows import processes
from flows.stack import stack_address

LATE = "late"  # tag of a run that is made for a due time the machine slept through


def open_this_night(project: str, overrides: str) -> Night:
    """The night of the running flow: its run id carries the flow run's."""
    context = FlowRunContext.get()
    started_at = context.flow_run.start_time if context and context.flow_run else None
    if origin() == "command":
        processes.sign()
    return open_as(project, overrides, flow_run.id or "", started_at or datetime.now(UTC), origin())


def open_as(project: str, overrides: str, flow_run_id: str, started_at: datetime, by: Origin = "command") -> Night:
    """The night of a flow run, known by its parameters, id and start."""
    lines = [line.strip() for line in overrides.splitlines() if line.strip()]
    return open_night(project, lines, Path.cwd(), f"{started_at:%Y%m%d}-{flow_run_id[-8:]}", started_at, origin=by)


def origin() -> Origin:
    """Who started the running flow."""
    context = FlowRunContext.get()
    run = context.flow_run if context else None
    if run is None or run.deployment_id is None:
        return "command"
    return "schedule" if run.auto_scheduled or LATE in run.tags else "deployment"


def run_name() -> str:
    """Name of a flow run in the UI when it starts: its date and project."""
    return f"{datetime.now(UTC):%Y-%m-%d} {flow_run.parameters.get('project', '')}"


def name_after_data(version: int) -> None:
    """Add the data version to the run's name, as soon as it is known."""
    if flow_run.id:
        with get_client(sync_client=True) as client:
            client.update_flow_run(UUID(flow_run.id), name=f"{run_name()} data {version}")


def links(night: Night) -> dict[str, str]:
    """What ties a night to its Prefect run, with addresses while the stack is up."""
    stands = stack_address(night.settings) is not None
    found = {
        "flow_run_id": flow_run.id,
        "flow_run_name": flow_run.name,
        "flow_run_url": flow_run.ui_url if stands else None,
        "mlflow_url": stack_address(night.settings, "mlflow"),
    }
    return {name: value for name, value in found.items() if value}
