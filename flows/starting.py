"""Starts a night from the command line: one at a time, on a server of its own, with MLflow warmed up beside it."""

from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager
from typing import Any

from daybreak import locks, tracking
from daybreak.errors import StepFailed
from daybreak.night import Night
from daybreak.records import RunRecord
from flows.server import temporary_server


def run_night(night: Night, watching: AbstractContextManager[Any]) -> RunRecord:
    """Run the flow on a server that dies with this process; raises whatever ended the night early."""
    lock = night.settings.locks() / f"{night.project.name}.lock"
    what = f"a night of project {night.project.name}"
    with (
        locks.hold(lock, night.settings.lock_wait_seconds, what),
        watching,
        ThreadPoolExecutor(1) as beside,
        temporary_server(night.settings),
    ):
        beside.submit(tracking.warm_up, night.settings.mlflow)
        from flows.retrain_and_release import retrain_and_release

        overrides = "\n".join(night.overrides)
        state: Any = retrain_and_release(project=night.project.name, overrides=overrides, return_state=True)
        outcome = state.result(raise_on_failure=False)
    if isinstance(outcome, RunRecord):
        return outcome
    if isinstance(outcome, BaseException):
        raise outcome
    raise StepFailed(f"the night ended {state.name} without a record", "", "See daybreak runs list")
