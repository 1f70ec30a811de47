"""MLflow runs: one a night, its trials nested below it. Always by run id, never through the fluent API."""

import time
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Literal, TypeVar

from daybreak.records import Project, SweepRef, Trial
from daybreak.tracking.client import connect, door
from daybreak.tracking.history import read_history

if TYPE_CHECKING:
    from mlflow.entities import Metric, Param, Run

T = TypeVar("T")
RunStatus = Literal["FINISHED", "FAILED", "KILLED"]

NIGHT_TAG = "daybreak.run_id"

# What one request to MLflow may hold, by its own limits.
_PARAMS_A_BATCH = 100
_METRICS_A_BATCH = 1000
_TRIAL_STATUS: dict[str, RunStatus] = {"completed": "FINISHED", "pruned": "KILLED", "failed": "FAILED"}


class Tracker:
    """Writes one project's runs to MLflow at `url`; their files go below `artifacts`, never into the current folder.

    Raises ProjectError or Busy for a database that cannot be used, StepFailed for what MLflow refuses.
    """

    def __init__(self, url: str, artifacts: Path, project: Project) -> None:
        self._url = url
        self._client = connect(url)
        with door(url):
            self.experiment_id = self._find_experiment(project.registered_model, artifacts / project.name)

    def start(self, name: str, tags: Mapping[str, str]) -> str:
        """Begin the run of the night `name` and give its id.

        A night has one run: begun again, it goes on with the run it has, less the trials that were logged below it.
        """
        tags = {**tags, NIGHT_TAG: name}
        with door(self._url):
            if found := self._find_night(name):
                run_id = str(found.info.run_id)
                self._forget_trials(run_id)
                self._client.update_run(run_id, status="RUNNING")
                for tag, value in tags.items():
                    self._client.set_tag(run_id, tag, value)
                return run_id
            return str(self._client.create_run(self.experiment_id, tags=tags, run_name=name).info.run_id)

    def log_params(self, run_id: str, params: Mapping[str, object]) -> None:
        """Keep a flat mapping of dotted names to plain values; a name is written once and for all."""
        from mlflow.entities import Param

        entries = [Param(name, str(value)) for name, value in params.items()]
        with door(self._url):
            for batch in _batches(entries, _PARAMS_A_BATCH):
                self._client.log_batch(run_id, params=batch)

    def log_metrics(self, run_id: str, metrics: Mapping[str, float], step: int | None = None) -> None:
        """Keep numbers by name, at one step; the same ones kept again are kept once."""
        began = self._began(run_id)
        self._log(run_id, list(_metrics(metrics, step or 0, began)))

    def log_history(self, run_id: str, path: Path, prefix: str = "train.") -> None:
        """Keep a training history file: each of its metrics at each of its steps, in few requests."""
        began = self._began(run_id)
        found = [metric for step, named in read_history(path) for metric in _metrics(named, step, began, prefix)]
        self._log(run_id, found)

    def log_trials(self, run_id: str, sweep: SweepRef) -> list[str]:
        """One run a trial, nested below `run_id`, with its parameters, score by hundredths of an epoch, and state."""
        return [self._log_trial(run_id, sweep.metric, trial) for trial in sweep.trials]

    def log_folder(self, run_id: str, path: Path, name: str) -> None:
        """Copy a folder's files into the run's artifacts, below `name`."""
        with door(self._url):
            self._client.log_artifacts(run_id, str(path), name)

    def describe(self, run_id: str, markdown: str) -> None:
        """What people read at the top of the run's page."""
        self.log_tags(run_id, {"mlflow.note.content": markdown})

    def log_tags(self, run_id: str, tags: Mapping[str, str]) -> None:
        """Set tags of a run, also of a finished one."""
        with door(self._url):
            for name, value in tags.items():
                self._client.set_tag(run_id, name, value)

    def finish(self, run_id: str, status: RunStatus = "FINISHED") -> None:
        """Close the run."""
        with door(self._url):
            self._client.set_terminated(run_id, status)

    def end_night(self, name: str, status: RunStatus = "FAILED") -> None:
        """Close the run of the night `name`, and the trials below it, where they still run; nothing if it has none."""
        with door(self._url):
            if night := self._find_night(name):
                for run in (*self._trials(night.info.run_id), night):
                    if run.info.status == "RUNNING":
                        self._client.set_terminated(run.info.run_id, status)

    def _find_night(self, name: str) -> "Run | None":
        found = self._client.search_runs([self.experiment_id], f"tags.`{NIGHT_TAG}` = '{name}'", max_results=1)
        return found[0] if found else None

    def _trials(self, parent: str) -> "list[Run]":
        from mlflow.utils.mlflow_tags import MLFLOW_PARENT_RUN_ID

        return list(self._client.search_runs([self.experiment_id], f"tags.`{MLFLOW_PARENT_RUN_ID}` = '{parent}'"))

    def _forget_trials(self, parent: str) -> None:
        while trials := self._trials(parent):
            for trial in trials:
                self._client.delete_run(trial.info.run_id)

    def _began(self, run_id: str) -> int:
        """When a run began. Its metrics bear this time: MLflow drops a metric that it has with the same time."""
        with door(self._url):
            return int(self._client.get_run(run_id).info.start_time)

    def _find_experiment(self, name: str, artifacts: Path) -> str:
        found = self._client.get_experiment_by_name(name)
        if found is None:
            return str(self._client.create_experiment(name, artifact_location=artifacts.resolve().as_uri()))
        if found.lifecycle_stage == "deleted":
            self._client.restore_experiment(found.experiment_id)
        return str(found.experiment_id)

    def _log(self, run_id: str, metrics: Sequence["Metric"], params: Sequence["Param"] = ()) -> None:
        with door(self._url):
            if params:
                self._client.log_batch(run_id, params=params)
            for batch in _batches(metrics, _METRICS_A_BATCH):
                self._client.log_batch(run_id, metrics=batch)

    def _log_trial(self, parent: str, metric: str, trial: Trial) -> str:
        from mlflow.entities import Param
        from mlflow.utils.mlflow_tags import MLFLOW_PARENT_RUN_ID

        end = int(time.time() * 1000)
        began = end - int(trial.seconds * 1000)
        tags = {MLFLOW_PARENT_RUN_ID: parent, "trial": str(trial.number), "state": trial.state}
        if trial.error:
            tags["error"] = trial.error[:1000]
        with door(self._url):
            run = self._client.create_run(
                self.experiment_id,
                start_time=began,
                tags=tags,
                run_name=f"trial-{trial.number}",
            )
        run_id = str(run.info.run_id)
        curve = trial.history or (((0.0, trial.score),) if trial.score is not None else ())
        points = [entry for epoch, score in curve for entry in _metrics({metric: score}, round(100 * epoch), began)]
        self._log(run_id, points, [Param(name, str(value)) for name, value in trial.config.items()])
        with door(self._url):
            self._client.set_terminated(run_id, _TRIAL_STATUS[trial.state], end)
        return run_id


def _metrics(named: Mapping[str, float], step: int, at: int, prefix: str = "") -> Iterator["Metric"]:
    from mlflow.entities import Metric

    return (Metric(prefix + name, float(value), at, step) for name, value in named.items())


def _batches(entries: Sequence[T], size: int) -> Iterator[Sequence[T]]:
    return (entries[start : start + size] for start in range(0, len(entries), size))
