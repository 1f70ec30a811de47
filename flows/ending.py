"""How a night begins and ends in Prefect: its name, its state, and a record whatever happens."""

import contextlib
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from prefect import Flow
from prefect.client.schemas.objects import FlowRun, State
from prefect.context import FlowRunContext
from prefect.runtime import flow_run
from prefect.states import Completed, Failed

from daybreak import recording
from daybreak.errors import BadInput
from daybreak.night import Night, open_night
from daybreak.planning import plan
from daybreak.records import RunRecord, Status

STATE_NAMES = {"released": "Completed", "refused": "Refused", "unchanged": "Unchanged", "held": "Held"}


def open_this_night(project: str, overrides: str) -> Night:
    """The night of the running flow: its run id carries the flow run's."""
    context = FlowRunContext.get()
    started_at = context.flow_run.start_time if context and context.flow_run else None
    return _open(project, overrides, flow_run.id or "", started_at or datetime.now(UTC))


def run_name() -> str:
    """Name of a flow run in the UI: its date and project."""
    return f"{datetime.now(UTC):%Y-%m-%d} {flow_run.parameters.get('project', '')}"


def links() -> dict[str, str]:
    """What ties a night to its Prefect run."""
    return {"flow_run_id": flow_run.id or "", "flow_run_name": flow_run.name or ""}


def nothing_to_do(night: Night) -> RunRecord | None:
    """The record of this night if every step and its verdicts are at hand and were acted on, else None."""
    ledger = recording.open_ledger(night)
    known = plan(night, ledger).results
    return recording.unchanged(night, ledger, known) if known else None


def as_state(record: RunRecord, require_release: bool) -> State[Any]:
    """A refused night is a normal night: it completes, in a state of its own name."""
    if require_release and record.denied:
        return Failed(name="Refused", message=record.reason, data=record)
    return Completed(name=STATE_NAMES[record.status], message=record.reason or record.status, data=record)


def note_ending(_flow: Flow[..., Any], run: FlowRun, state: State[Any]) -> None:
    """Keep a record of a night that broke off; one that never opened (bad input) leaves none."""
    if state.name == "Refused":
        return
    status: Status = "cancelled" if state.is_cancelled() else "crashed" if state.is_crashed() else "failed"
    with contextlib.suppress(BadInput):
        night = _open(
            run.parameters["project"], run.parameters["overrides"], str(run.id), run.start_time or datetime.now(UTC)
        )
        recording.failed(night, status, state.message or "", {"flow_run_id": str(run.id), "flow_run_name": run.name})


def _open(project: str, overrides: str, flow_run_id: str, started_at: datetime) -> Night:
    lines = [line.strip() for line in overrides.splitlines() if line.strip()]
    return open_night(project, lines, Path.cwd(), f"{started_at:%Y%m%d}-{flow_run_id[-8:]}", started_at)


# Prefect's type asks for its own parameter names, which this function does not need.
ENDED: list[Any] = [note_ending]
