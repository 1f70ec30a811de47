"""Starts a night from the command line: one at a time, on the stack's server or one of its own."""

from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager
from typing import Any

from daybreak import tracking
from daybreak.errors import StepFailed
from daybreak.night import Night, alone
from daybreak.records import RunRecord
from flows.server import server_for


def run_night(night: Night, watching: AbstractContextManager[Any]) -> RunRecord:
    """Run the flow, with MLflow warmed up beside it; raises whatever ended the night early."""
    with alone(night), watching, ThreadPoolExecutor(1) as beside, server_for(night.settings):
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
