"""The winner's training, and what becomes of a model that is not released, as tasks."""

from collections.abc import Mapping
from typing import Any

from prefect import task

from daybreak import night as steps
from daybreak import recording
from daybreak.night import Night
from daybreak.planning import Trained
from daybreak.records import ArtifactRef, BaseRef, DatasetRef, Measurements, ModelRef, RunRecord, SweepRef
from daybreak.steps import Done
from tasks.policy import by_content


@task(name="train", **by_content(steps.train, minutes=720))
def train(night: Night, dataset: DatasetRef, swept: SweepRef) -> Done[ModelRef]:
    """Train the winner from fixed seeds."""
    with steps.accelerator(night):
        return night.store.run(steps.train(night, dataset, swept))


@task(name="compare", **by_content(steps.compare, minutes=120))
def compare(night: Night, dataset: DatasetRef, swept: SweepRef, model: ModelRef) -> Done[Measurements]:
    """Hold a language model against its untuned base."""
    with steps.accelerator(night):
        return night.store.run(steps.compare(night, dataset, swept, model))


@task(name="lay", **by_content(steps.lay, minutes=120))
def lay(night: Night, dataset: DatasetRef) -> Done[BaseRef]:
    """Learn the tokenizer of a new encoder, and lay it out."""
    return night.store.run(steps.lay(night, dataset))


@task(name="publish", **by_content(steps.publish, minutes=30))
def publish(night: Night, dataset: DatasetRef, swept: SweepRef, model: ModelRef) -> Done[ArtifactRef]:
    """Write a trained encoder as a base for other projects."""
    return night.store.run(steps.publish(night, dataset, swept, model))


@task(name="record-training")
def record_training(
    night: Night, trained: Trained, done: Mapping[str, Done[Any]], links: Mapping[str, str]
) -> RunRecord:
    """Keep what a training left whose model is not released."""
    return recording.conclude_training(night, trained, links, steps=done)
