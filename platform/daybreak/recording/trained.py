"""The end of a training whose model is not released: its record, its page, its MLflow run closed."""

from daybreak import digests
from daybreak.data.versioning import versions
from daybreak.night import Night
from daybreak.planning import Trained
from daybreak.recording.books import open_ledger
from daybreak.recording.endings import decided, unchanged
from daybreak.recording.facts import Links, Steps, costs_of, is_new, keep, outline, waiting
from daybreak.recording.tracked import begin, keep_model, lineage
from daybreak.records import RunModel, RunRecord
from daybreak.tracking import Registry

STATUS = "held"
"""Nothing stands against the model, and yet it is not released: docs/operating.md says when a night is called so."""
REASONS = {
    "encoder": "trained, measured and registered as a base for other models; such a base is not released",
    "": "trained and measured; a model that writes is not released",
}


def conclude_training(night: Night, trained: Trained, links: Links, *, steps: Steps) -> RunRecord:
    """Write record, results and page of a training whose model is not released, and its MLflow run.

    An encoder is registered, as a version without alias. Where an earlier night left the very same, this one is
    unchanged.
    """
    from daybreak.reports import generation

    key = digests.of_value({name: value for name, value in _digests(trained).items() if value})
    same = decided(open_ledger(night), night.project.name, key)
    if same and not any(is_new(night, done) for done in steps.values()):
        return unchanged(night, same, tuple(steps))
    tracker, run_id = begin(night, trained, trained.compared.metrics, links)
    timings = {name: done.seconds for name, done in steps.items() if is_new(night, done)}
    model = _register(night, trained, run_id)
    folder = night.folder / "dossier"
    record = RunRecord(
        **outline(night, timings),
        status=STATUS,
        released=False,
        reason=REASONS["encoder" if model else ""],
        notes=waiting(night),
        data_version=trained.dataset.version,
        data_digest=trained.dataset.digest,
        rows=versions.summary(night.project)["rows"],
        model=model,
        base=trained.model.base,
        metrics=trained.compared.metrics,
        costs=costs_of(night, trained.swept, timings),
        reused=tuple(name for name, done in steps.items() if not is_new(night, done)),
        artifacts={"model": str(_place(night, trained)), "report": str(folder / "report.html")},
        mlflow={"run_id": run_id, "experiment_id": tracker.experiment_id},
        prefect=dict(links),
        key=key,
    )
    generation.write(folder, record=record, trained=trained)
    tracker.log_folder(run_id, folder, "dossier")
    tracker.log_tags(run_id, {"daybreak.status": record.status})
    kept = keep(night, record)
    tracker.finish(run_id)
    return kept


def _digests(trained: Trained) -> dict[str, str]:
    published = trained.published.sha256 if trained.published else ""
    return {"model": trained.model.sha256, "compared": trained.compared.digest, "published": published}


def _place(night: Night, trained: Trained) -> object:
    """Where the model lies: an encoder outside the steps' folders, since other projects begin from it."""
    return keep_model(night, trained.published).path if trained.published else trained.model.path


def _register(night: Night, trained: Trained, run_id: str) -> RunModel | None:
    published = trained.published
    if published is None:
        return None
    registry, tags = Registry(night.settings.mlflow), lineage(night, trained)
    version = registry.register(night.project, run_id, published, labels=(), tags=tags)
    return RunModel(name=night.project.registered_model, version=version, alias=None, sha256=published.sha256)
