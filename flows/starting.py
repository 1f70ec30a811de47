"""Starts a night from the command line: checks first, then one server, one flow, one record."""

import shutil
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import TYPE_CHECKING, Any

from daybreak import locks
from daybreak.errors import BadInput, ProjectError, StepFailed
from daybreak.night import Night
from daybreak.records import RunRecord
from flows.server import temporary_server

if TYPE_CHECKING:
    from prefect.client.schemas.objects import State

FLOWS = ("retrain-and-release",)
NEEDED_BYTES = 2 * 1024**3


def demand_flow(name: str) -> None:
    """Raise BadInput for a flow that does not exist."""
    if name not in FLOWS:
        raise BadInput(f"there is no flow {name!r}", f"one of: {', '.join(FLOWS)}", "See daybreak run --help")


def demand_room(night: Night) -> None:
    """Raise ProjectError where the disk has no room for a night, before anything is written."""
    free = shutil.disk_usage(night.checkout).free
    if free < NEEDED_BYTES:
        raise ProjectError(
            f"{free / 1024**3:.1f} GiB are free on the disk of {night.checkout}",
            f"at least {NEEDED_BYTES / 1024**3:.0f} GiB",
            "Free some space, or move the state with DAYBREAK_HOME",
        )


def run_night(night: Night, watching: AbstractContextManager[Any]) -> RunRecord:
    """Run the flow on a server of its own that dies with this process; one night of a project at a time."""
    with _alone(night), watching, temporary_server(night.settings):
        from flows.retrain_and_release import retrain_and_release

        overrides = "\n".join(night.overrides)
        state: "State[Any]" = retrain_and_release(project=night.project.name, overrides=overrides, return_state=True)
        outcome = state.result(raise_on_failure=False)
    if isinstance(outcome, RunRecord):
        return outcome
    if isinstance(outcome, BaseException):
        raise outcome
    raise StepFailed(f"the night ended {state.name} without a record", "", "See daybreak runs list")


@contextmanager
def _alone(night: Night) -> Iterator[None]:
    path = night.settings.locks() / f"{night.project.name}.lock"
    with locks.hold(path, night.settings.lock_wait_seconds, f"a night of project {night.project.name}"):
        yield
