"""Closes flow runs whose process is gone: killed with its worker, or by the machine going down."""

import contextlib
import time
from typing import Any
from uuid import UUID

from prefect.client.orchestration import SyncPrefectClient, get_client
from prefect.client.schemas.filters import FlowRunFilter, TaskRunFilter
from prefect.client.schemas.objects import FlowRun, State
from prefect.states import Cancelled, Crashed

from daybreak.errors import DaybreakError
from flows import catalogue, processes
from flows.deploying import NAME

GONE = "The process of this run is gone: it was killed, or the machine went down."
UNFINISHED = {"state": {"type": {"any_": ["RUNNING", "PENDING", "CANCELLING", "PAUSED"]}}}
# A worker that lives closes the runs of its dead processes itself, within seconds; and a process takes time to start.
GRACE_SECONDS = 10.0
STARTING_SECONDS = 90.0


class Reaper:
    """Looks again and again; a run is closed once its process was missing for a while."""

    def __init__(self, grace_seconds: float = GRACE_SECONDS, starting_seconds: float = STARTING_SECONDS) -> None:
        self._grace_seconds, self._starting_seconds = grace_seconds, starting_seconds
        self._missing_since: dict[UUID, float] = {}

    def look(self) -> list[FlowRun]:
        """Close the runs that are dead by now, and return them."""
        with get_client(sync_client=True) as client:
            dead = _dead(client.read_flow_runs(flow_run_filter=FlowRunFilter.model_validate(UNFINISHED)))
            now = time.monotonic()
            self._missing_since = {run.id: self._missing_since.get(run.id, now) for run in dead}
            return [
                run for run in dead if now - self._missing_since[run.id] >= self._grace(run) and _close(client, run)
            ]

    def _grace(self, run: FlowRun) -> float:
        return self._starting_seconds if run.state and run.state.is_pending() else self._grace_seconds


def _dead(runs: list[FlowRun]) -> list[FlowRun]:
    """Of the runs of our work pool, and of those that a command signed, the ones that no process carries out."""
    served = [run for run in runs if run.work_pool_name == NAME]
    signed = [run for run in runs if not run.deployment_id and run.infrastructure_pid]
    at_work = processes.runs_at_work() if served else set()
    return [run for run in served if str(run.id) not in at_work] + [
        run for run in signed if not processes.carries_out(run.infrastructure_pid)
    ]


def _close(client: SyncPrefectClient, run: FlowRun) -> bool:
    """End the run and its tasks, and let the flow's hooks keep their record of it; False if it ended meanwhile."""
    cancelled = run.state is not None and run.state.is_cancelling()
    state: State[Any] = Cancelled(message=GONE) if cancelled else Crashed(message=GONE)
    ended = client.set_flow_run_state(run.id, state).state
    if ended is None or ended.message != GONE:
        return False
    tasks = TaskRunFilter.model_validate({**UNFINISHED, "flow_run_id": {"any_": [run.id]}})
    for task in client.read_task_runs(task_run_filter=tasks):
        client.set_task_run_state(task.id, Crashed(message=GONE), force=True)
    with contextlib.suppress(DaybreakError):
        flow = catalogue.load(client.read_flow(run.flow_id).name)
        for hook in (flow.on_cancellation_hooks if cancelled else flow.on_crashed_hooks) or ():
            hook(flow, run, ended)
    return True
