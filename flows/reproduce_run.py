"""Reproduce a past run."""

from typing import Any

from prefect import flow

from daybreak import reproducing
from flows.opening import open_this_night
from flows.outcome import ended, named
from tasks.showing import shown_in_ui


@flow(name="reproduce-run", flow_run_name=named("again: {run}"))
def reproduce_run(run: str, project: str = "sample") -> Any:
    """Train a past run's winner again from its own data, params and seed, and compare; nothing else is changed.

    Args:
        run: a run's id, or the beginning of one, as `daybreak runs list` shows it.
        project: the project whose run it was.
    """
    with shown_in_ui(project):
        found = reproducing.reproduce(open_this_night(project, ""), run)
    same = f"Run {found.run_id} gives the same weights, artifact and metrics again."
    message = same if found.identical else f"Run {found.run_id} comes out otherwise: {'; '.join(found.differences)}."
    return ended(project, message, found, name="Identical" if found.identical else "Different")
