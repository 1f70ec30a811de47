"""Adopts the model that is in production: measured on the project's test rows, registered, and made first champion."""

import shutil
from pathlib import Path
from tempfile import TemporaryDirectory

from daybreak import night as steps
from daybreak import releasing
from daybreak.errors import ModelError
from daybreak.founding import production
from daybreak.night import EXPORT_TEXTS, Night
from daybreak.recording import open_ledger
from daybreak.records import ArtifactRef, DatasetRef, Move, Record
from daybreak.tracking import Registry, Tracker


class Adopted(Record):
    """The journal's row, and how the model answers the test rows."""

    move: Move
    metrics: dict[str, float]


def adopt(night: Night, folder: Path, *, actor: str, reason: str) -> Adopted:
    """Make the model in `folder` the project's first champion, as version 1, on the journal's word and no gate's.

    Prepares the data first. Raises ModelError for a model that cannot be used or whose labels are not the data's,
    ReleaseError for a project that has a champion.
    """
    models = night.settings.models(night.project)
    models.mkdir(parents=True, exist_ok=True)
    with steps.alone(night), TemporaryDirectory(dir=models, prefix=".adopting-") as aside:
        dataset = steps.prepare(night).value
        artifact = production.bring(folder, night.params.model.recipe, _texts(dataset), Path(aside) / "artifact")
        _demand_labels(artifact, dataset)
        metrics = _measure(artifact, dataset, Path(aside))
        version = _register(night, dataset, artifact, metrics, folder)
        move = releasing.adopt(
            open_ledger(night),
            Registry(night.settings.mlflow),
            night.project,
            candidate=releasing.Candidate(
                version=version,
                artifact=_keep(artifact, models),
                run_id=night.run_id,
                data_version=dataset.version,
                commit=_commit(night),
            ),
            actor=actor,
            reason=reason,
        )
    return Adopted(move=move, metrics=metrics)


def _texts(dataset: DatasetRef) -> list[str]:
    from daybreak.data import tables

    texts: list[str] = tables.read(dataset.split("validation"))["text"].head(EXPORT_TEXTS).tolist()
    return texts


def _demand_labels(artifact: ArtifactRef, dataset: DatasetRef) -> None:
    from daybreak.inference import Predictor

    answered = Predictor.of(artifact).labels
    if sorted(answered) != sorted(dataset.labels):
        remedy = "Name the labels alike: in the rows, or in id2label of the model's config.json"
        raise ModelError(f"the model answers {', '.join(answered)}", f"the data's {', '.join(dataset.labels)}", remedy)


def _measure(artifact: ArtifactRef, dataset: DatasetRef, aside: Path) -> dict[str, float]:
    from daybreak import evaluation

    return evaluation.measure_champion(artifact, dataset, aside).metrics


def _register(night: Night, dataset: DatasetRef, artifact: ArtifactRef, metrics: dict[str, float], folder: Path) -> int:
    tags = {
        "project": night.project.name,
        "data_version": str(dataset.version),
        "data_digest": dataset.digest,
        "commit": _commit(night),
        "adopted_from": folder.name,
    }
    tracker = Tracker(night.settings.mlflow, night.settings.mlflow_artifacts, night.project)
    run_id = tracker.start(night.run_id, tags)
    tracker.log_metrics(run_id, metrics)
    version = Registry(night.settings.mlflow).register(
        night.project, run_id, artifact, labels=dataset.labels, tags=tags
    )
    tracker.finish(run_id)
    return version


def _keep(artifact: ArtifactRef, models: Path) -> ArtifactRef:
    """The files where champions are kept, which nothing removes."""
    folder = models / artifact.sha256
    if not folder.is_dir():
        shutil.move(artifact.path, folder)
    return artifact.model_copy(update={"path": folder})


def _commit(night: Night) -> str:
    from daybreak.data.versioning import git

    return git.commit_of(night.checkout)
