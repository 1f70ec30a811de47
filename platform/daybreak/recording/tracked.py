"""The night in MLflow: its run, what the steps yielded, and the version that its artifact becomes."""

import shutil
import sys
from collections.abc import Mapping
from typing import Any

from daybreak.data.versioning import versions
from daybreak.night import Night
from daybreak.planning import Results, Trained
from daybreak.recording.books import open_ledger
from daybreak.recording.facts import Links
from daybreak.records import ArtifactRef, Record
from daybreak.tracking import Registry, Tracker
from daybreak.tracking.signature import writer

RESULTS = "results.json"  # in a run's folder: everything its steps yielded, for who promotes or reproduces it later


class Tracked(Record):
    """Where MLflow keeps a night: its run, and the version of the registered model its artifact became."""

    experiment_id: str
    mlflow_run_id: str
    version: int


def track(night: Night, results: Results, links: Mapping[str, str]) -> Tracked:
    """Write the night to MLflow (parameters, trials, curves, metrics, lineage) and register the artifact that ships.

    Its files are kept where a release, tonight's or a later one, finds them.
    """
    shipped = results.exported.shipped
    keep_model(night, shipped)
    tracker, run_id = begin(night, results, results.evidence.candidate.metrics, links)
    champion = open_ledger(night).champion(night.project.name)
    if champion and champion.sha256 == shipped.sha256:
        return Tracked(experiment_id=tracker.experiment_id, mlflow_run_id=run_id, version=champion.version)
    registry, tags = Registry(night.settings.mlflow), lineage(night, results)
    written = writer() if results.evidence.candidate.recipe == "generate" else None
    labels = results.dataset.labels
    version = registry.register(night.project, run_id, shipped, labels=labels, tags=tags, signature=written)
    return Tracked(experiment_id=tracker.experiment_id, mlflow_run_id=run_id, version=version)


def begin(night: Night, results: Results | Trained, metrics: Mapping[str, float], links: Links) -> tuple[Tracker, str]:
    """Keep what the steps yielded, and write it to the night's MLflow run."""
    night.folder.mkdir(parents=True, exist_ok=True)
    (night.folder / RESULTS).write_text(results.model_dump_json(indent=1), encoding="utf-8")
    tracker = Tracker(night.settings.mlflow, night.settings.mlflow_artifacts, night.project)
    run_id = tracker.start(night.run_id, {**lineage(night, results), **links})
    tracker.log_params(run_id, _flat({**night.params.model_dump(mode="json"), "winner": results.swept.best}))
    tracker.log_trials(run_id, results.swept)
    tracker.log_history(run_id, results.model.path / "history.json")
    tracker.log_metrics(run_id, metrics)
    return tracker, run_id


def keep_model(night: Night, artifact: ArtifactRef) -> ArtifactRef:
    """Copy a candidate's files out of the step store, which may be emptied at any time; a champion must not be."""
    folder = night.settings.models(night.project) / artifact.sha256
    if not folder.is_dir():
        aside = folder.with_suffix(".partial")
        shutil.rmtree(aside, ignore_errors=True)
        shutil.copytree(artifact.path, aside)
        aside.rename(folder)
    return artifact.model_copy(update={"path": folder})


def addresses(tracked: Tracked, mlflow_url: str | None) -> dict[str, str]:
    """Where the night stands in MLflow: ids, and the pages of run and report where its server is up."""
    ids = {"run_id": tracked.mlflow_run_id, "experiment_id": tracked.experiment_id}
    if not mlflow_url:
        return ids
    page = f"{mlflow_url}/#/experiments/{tracked.experiment_id}/runs/{tracked.mlflow_run_id}"
    return {**ids, "run_url": page, "report_url": f"{page}/artifacts/dossier/report.html"}


def lineage(night: Night, results: Results | Trained) -> dict[str, str]:
    """What a run or a version hangs on, as tags."""
    return {
        "project": night.project.name,
        "daybreak.run_id": night.run_id,
        "data_version": str(results.dataset.version),
        "data_digest": results.dataset.digest,
        "commit": versions.commit_of(night.checkout),
        "params_digest": night.params.digest,
        "lock_digest": night.lock_digest,
        "base": f"{results.model.base.source}@{results.model.base.revision}",
        "python": sys.version.split()[0],
    }


def _flat(tree: Mapping[str, Any], prefix: str = "") -> dict[str, object]:
    flat: dict[str, object] = {}
    for name, value in tree.items():
        flat |= _flat(value, f"{prefix}{name}.") if isinstance(value, dict) else {f"{prefix}{name}": value}
    return flat
