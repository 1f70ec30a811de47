"""How a night ends in Prefect: its state, and a record whatever happens."""

import contextlib
from datetime import UTC, datetime
from typing import Any

from prefect import Flow
from prefect.client.schemas.objects import FlowRun, State
from prefect.states import Completed, Failed

from daybreak import recording
from daybreak.errors import BadInput, Busy
from daybreak.projects import SAMPLE
from daybreak.records import RunRecord, Status
from flows.opening import open_as
from flows.telling import tell_of

STATE_NAMES = {"released": "Completed", "refused": "Refused", "unchanged": "Unchanged", "held": "Held"}


def as_state(record: RunRecord, require_release: bool) -> State[Any]:
    """A refused night is a normal night: it completes, in a state of its own name."""
    if require_release and record.denied:
        return Failed(name="Refused", message=record.reason, data=record)
    return Completed(name=STATE_NAMES[record.status], message=record.reason or record.status, data=record)


def note_ending(flow: Flow[..., Any], flow_run: FlowRun, state: State[Any]) -> None:
    """Keep a record of a night that broke off; one that never began (bad input, another is at it) leaves none."""
    if state.name == "Refused" or (state.is_failed() and isinstance(state.result(raise_on_failure=False), Busy)):
        return
    cancelled = state.is_cancelled() or state.is_cancelling()  # a worker calls this while it is still at it
    status: Status = "cancelled" if cancelled else "crashed" if state.is_crashed() else "failed"
    with contextlib.suppress(BadInput):
        asked = {"project": SAMPLE, "overrides": "", **flow_run.parameters}  # a schedule gives only what it must
        began = flow_run.start_time or datetime.now(UTC)
        night = open_as(asked["project"], asked["overrides"], str(flow_run.id), began)
        links = {"flow_run_id": str(flow_run.id), "flow_run_name": flow_run.name}
        tell_of(night, recording.failed(night, status, state.message or "", links))
