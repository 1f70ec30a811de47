"""The winner's training as a task."""

from prefect import task

from daybreak import night as steps
from daybreak.night import Night
from daybreak.records import DatasetRef, ModelRef, SweepRef
from daybreak.steps import Done
from tasks.policy import by_content


@task(name="train", **by_content(steps.train, minutes=720))
def train(night: Night, dataset: DatasetRef, swept: SweepRef) -> Done[ModelRef]:
    """Train the winner from fixed seeds."""
    with steps.accelerator(night):
        return night.store.run(steps.train(night, dataset, swept))
