"""The export as a task."""

from prefect import task

from daybreak import night as steps
from daybreak.night import Night
from daybreak.records import DatasetRef, ExportRef, ModelRef
from daybreak.steps import Done
from tasks.policy import by_content


@task(name="export", **by_content(steps.export, minutes=60))
def export(night: Night, dataset: DatasetRef, model: ModelRef) -> Done[ExportRef]:
    """Export the winner to the artifacts, one of which ships."""
    return night.store.run(steps.export(night, dataset, model))
