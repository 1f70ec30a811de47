"""Measuring candidate and champion, as tasks."""

from prefect import task

from daybreak import night as steps
from daybreak.night import Night
from daybreak.records import Champion, DatasetRef, ExportRef, Measurements
from daybreak.steps import Done
from tasks.policy import by_content


@task(name="evaluate", **by_content(steps.measure, minutes=120))
def evaluate(
    night: Night, dataset: DatasetRef, exported: ExportRef, compared: Measurements | None = None
) -> Done[Measurements]:
    """Measure the artifact that ships."""
    return night.store.run(steps.measure(night, dataset, exported, compared))


@task(name="evaluate-champion", **by_content(steps.measure_champion, minutes=60))
def evaluate_champion(night: Night, dataset: DatasetRef, champion: Champion) -> Done[Measurements]:
    """Answer the same test rows with the champion."""
    return night.store.run(steps.measure_champion(night, dataset, champion))
