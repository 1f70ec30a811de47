"""MLflow runs: one a night, its trials nested below it. Always by run id, never through the fluent API."""

import time
from collections.abc import Collection, Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from daybreak import digests
from daybreak.records import Project, SweepRef, Trial
from daybreak.tracking.client import connect, door
from daybreak.tracking.history import read_history
from daybreak.tracking.targets import Point, RunStatus

if TYPE_CHECKING:
    from mlflow.entities import Metric, Param, Run

T = TypeVar("T")

NIGHT_TAG = "daybreak.run_id"
FOLLOWED_TAG = "daybreak.followed"
"""On the run of a night that was followed while it worked, and is not tracked yet, and perhaps never will be."""
REASON_TAG = "daybreak.reason"
"""Why a night broke off."""
LONGEST_REASON = 1000
"""Characters; MLflow takes 5,000 bytes a tag at least."""
TRIAL_TAG = "daybreak.trial"
"""The digest of all that is known of a trial, set once all of it is written."""

# What one request to MLflow may hold, by its own limits.
_PARAMS_A_BATCH = 100
_METRICS_A_BATCH = 1000
# What MLflow shows on a page of its own.
_OF_THE_SYSTEM = ("cpu_", "gpu_", "memory_")
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

        A night has one run: begun again, it goes on with the run it has.
        """
        run_id = self.open(name, tags)
        with door(self._url):
            if FOLLOWED_TAG in self._client.get_run(run_id).data.tags:
                self._client.delete_tag(run_id, FOLLOWED_TAG)
        return run_id

    def open(self, name: str, tags: Mapping[str, str]) -> str:
        """The run of the night `name`, begun if it has none; it counts as running."""
        tags = {**tags, NIGHT_TAG: name}
        with door(self._url):
            if found := self._find_night(name):
                run_id = str(found.info.run_id)
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
        """Keep a training history file: each of its metrics at each of its steps, less those the run has already."""
        began = self._began(run_id) / 1000
        points = [Point(step, named, began) for step, named in read_history(path)]
        self.log_points(run_id, points, self.known(run_id), prefix)

    def log_points(
        self, run_id: str, points: Sequence[Point], known: set[tuple[str, int]], prefix: str = "train."
    ) -> None:
        """Keep what is not `known` yet, by metric and step, and add it there: a training that was killed repeats some.

        What it takes of the machine goes to MLflow's page of system metrics.
        """
        found: list[Metric] = []
        for point in points:
            named = {_place(name, prefix): value for name, value in point.values.items()}
            fresh = {name: value for name, value in named.items() if (name, point.step) not in known}
            known.update((name, point.step) for name in fresh)
            found += _metrics(fresh, point.step, int(point.at * 1000))
        self._log(run_id, found)

    def known(self, run_id: str) -> set[tuple[str, int]]:
        """Every metric of a run with each of its steps."""
        with door(self._url):
            names = self._client.get_run(run_id).data.metrics
            return {(name, each.step) for name in names for each in self._client.get_metric_history(run_id, name)}

    def log_trials(self, run_id: str, sweep: SweepRef) -> list[str]:
        """`log_trial` of each; what else lies below `run_id`, of a sweep that this one took the place of, goes."""
        logged = [self.log_trial(run_id, sweep.metric, trial) for trial in sweep.trials]
        self._forget_trials(run_id, set(logged))
        return logged

    def log_trial(self, run_id: str, metric: str, trial: Trial) -> str:
        """A run nested below `run_id`, with the trial's parameters, score by hundredths of an epoch, and state.

        A trial has one run: one that lies there already stays, and one of a night that died over its sweep is taken
        over.
        """
        from mlflow.utils.mlflow_tags import MLFLOW_PARENT_RUN_ID

        # Prices may change between two lives of a night.
        digest = digests.of_value(trial.model_dump(mode="json", exclude={"cost"}))
        with door(self._url):
            for known in self._client.search_runs([self.experiment_id], f"tags.`{TRIAL_TAG}` = '{digest}'"):
                parent = known.data.tags[MLFLOW_PARENT_RUN_ID]
                if parent == run_id or self._is_given_up(parent):
                    self._client.set_tag(known.info.run_id, MLFLOW_PARENT_RUN_ID, run_id)
                    return str(known.info.run_id)
        logged = self._log_trial(run_id, metric, trial)
        self.log_tags(logged, {TRIAL_TAG: digest})
        return logged

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

    def end_night(self, name: str, status: RunStatus = "FAILED", reason: str = "") -> None:
        """Close the run of the night `name`, and the trials below it, where they still run; nothing if it has none.

        A training that was followed closed its run when it ended, and whoever broke off behind it did not: such a run
        ends as this says, with the `reason` beside it.
        """
        with door(self._url):
            if (night := self._find_night(name)) is None:
                return
            followed = FOLLOWED_TAG in night.data.tags
            for run in (*self._trials(night.info.run_id), night):
                if run.info.status == "RUNNING" or (followed and run is night):
                    self._client.set_terminated(run.info.run_id, status)
            if reason and (followed or night.info.status == "RUNNING"):
                self._client.set_tag(night.info.run_id, REASON_TAG, reason[:LONGEST_REASON])

    def _find_night(self, name: str) -> "Run | None":
        found = self._client.search_runs([self.experiment_id], f"tags.`{NIGHT_TAG}` = '{name}'", max_results=1)
        return found[0] if found else None

    def _trials(self, parent: str) -> "list[Run]":
        from mlflow.utils.mlflow_tags import MLFLOW_PARENT_RUN_ID

        return list(self._client.search_runs([self.experiment_id], f"tags.`{MLFLOW_PARENT_RUN_ID}` = '{parent}'"))

    def _is_given_up(self, night: str) -> bool:
        """Whether no one tracked that night, whose sweep another one goes on with; then it runs no more."""
        run = self._client.get_run(night)
        if FOLLOWED_TAG not in run.data.tags:
            return False
        if run.info.status == "RUNNING":
            self._client.set_terminated(night, "KILLED")
        return True

    def _forget_trials(self, parent: str, but: Collection[str]) -> None:
        with door(self._url):
            while others := [run.info.run_id for run in self._trials(parent) if run.info.run_id not in but]:
                for run_id in others:
                    self._client.delete_run(run_id)

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
        used = {"gpu_hours": trial.gpu_hours, "cpu_hours": trial.cpu_hours, "cost": trial.cost}
        points += _metrics({name: value for name, value in used.items() if value}, 0, began)
        self._log(run_id, points, [Param(name, str(value)) for name, value in trial.config.items()])
        if trial.log:
            with door(self._url):
                self._client.log_text(run_id, trial.log, "trial.log")
        with door(self._url):
            self._client.set_terminated(run_id, _TRIAL_STATUS[trial.state], end)
        return run_id


def _metrics(named: Mapping[str, float], step: int, at: int) -> Iterator["Metric"]:
    from mlflow.entities import Metric

    return (Metric(name, float(value), at, step) for name, value in named.items())


def _place(name: str, prefix: str) -> str:
    return f"system/{name}" if name.startswith(_OF_THE_SYSTEM) else prefix + name


def _batches(entries: Sequence[T], size: int) -> Iterator[Sequence[T]]:
    return (entries[start : start + size] for start in range(0, len(entries), size))
