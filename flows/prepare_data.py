"""Prepare the data: from what arrived to the next data version."""

from typing import Any

from prefect import flow

from daybreak.night import alone
from flows import developing
from flows.opening import open_this_night
from flows.outcome import ended, named
from tasks.showing import shown_in_ui


@flow(name="prepare-data", flow_run_name=named("data"))
def prepare_data(project: str = "sample") -> Any:
    """Take in what waits in data/incoming, and bring the data version up to date.

    Args:
        project: the project whose data to prepare.
    """
    night = open_this_night(project, "")
    with shown_in_ui(project), alone(night):
        dataset = developing.prepare_data(night).value
    rows = ", ".join(f"{count} {split}" for split, count in dataset.rows.items())
    return ended(project, f"Data version {dataset.version} is prepared: {rows}.", dataset)
