"""The sweep as a task."""

from prefect import task

from daybreak import night as steps
from daybreak.night import Night
from daybreak.records import DatasetRef, SweepRef
from daybreak.steps import Done
from tasks.policy import by_content


@task(name="sweep", **by_content(steps.sweep, minutes=720))
def sweep(night: Night, dataset: DatasetRef) -> Done[SweepRef]:
    """Search for the configuration the winner is trained with."""
    with steps.accelerator(night):
        return night.store.run(steps.sweep(night, dataset))
