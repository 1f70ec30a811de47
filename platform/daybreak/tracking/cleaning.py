"""Removes from MLflow what nights of the past left: their trials, and all of the nights that nobody will ask for."""

import shutil
from collections.abc import Collection, Iterable, Iterator
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote, urlparse

from daybreak.records import Project, Record
from daybreak.tracking.client import connect, door
from daybreak.tracking.runs import FOLLOWED_TAG, NIGHT_TAG

if TYPE_CHECKING:
    from mlflow import MlflowClient
    from mlflow.entities import Run


class Forgotten(Record):
    """How many MLflow runs went, and the bytes of their files."""

    runs: int = 0
    bytes: int = 0


def forget(
    url: str, artifacts: Path, project: Project, *, before: datetime, nights: Collection[str], dry_run: bool = False
) -> Forgotten:
    """Remove the trials of every night begun `before`, and `nights` (run ids) with model versions and files.

    Curves of trainings that no night has tracked go with them.

    For good where `url` is a database; an MLflow server keeps what was deleted until its own `mlflow gc`. Files go only
    below `artifacts`. Raises ProjectError, Busy or StepFailed as every use of MLflow does.
    """
    client = connect(url)
    with door(url):
        experiment = client.get_experiment_by_name(project.registered_model)
        past = list(_runs(client, experiment.experiment_id, before)) if experiment else []
        going = _going(past, nights)
        files = [path for run in going for path in _files(client, run, artifacts / project.name)]
        size = sum(file.stat().st_size for path in files for file in path.rglob("*") if file.is_file())
        if not dry_run:
            for run in going:
                _remove(client, project, run)
            for path in files:
                shutil.rmtree(path, ignore_errors=True)
    return Forgotten(runs=len(going), bytes=size)


def _runs(client: "MlflowClient", experiment_id: str, before: datetime) -> "Iterator[Run]":
    """Runs begun before, deleted ones among them: a night that was begun again only marked its first trials."""
    from mlflow.entities import ViewType

    question, token = f"attributes.start_time < {int(before.timestamp() * 1000)}", None
    while True:
        page = client.search_runs([experiment_id], question, run_view_type=ViewType.ALL, page_token=token)
        yield from page
        if not (token := page.token):
            return


def _going(past: "Iterable[Run]", nights: Collection[str]) -> "list[Run]":
    from mlflow.utils.mlflow_tags import MLFLOW_PARENT_RUN_ID

    found = list(past)
    known = {run.info.run_id for run in found}
    trials = [run for run in found if run.data.tags.get(MLFLOW_PARENT_RUN_ID) in known]
    return trials + [run for run in found if run.data.tags.get(NIGHT_TAG) in nights or FOLLOWED_TAG in run.data.tags]


def _files(client: "MlflowClient", run: "Run", below: Path) -> Iterator[Path]:
    """Folders of the run's own artifacts and of its models, where they are ours and on this machine."""
    places = [run.info.artifact_uri, *(client.get_logged_model(each).artifact_location for each in _models(run))]
    for place in places:
        folder = Path(unquote(urlparse(place).path)).parent
        if folder.is_dir() and folder.is_relative_to(below.resolve()) and folder != below.resolve():
            yield folder


def _models(run: "Run") -> list[str]:
    return [output.model_id for output in run.outputs.model_outputs] if run.outputs else []


def _remove(client: "MlflowClient", project: Project, run: "Run") -> None:
    """By what `mlflow gc` itself calls, since that command alone takes seconds to start."""
    store: Any = client._tracking_client.store
    for version in client.search_model_versions(f"run_id = '{run.info.run_id}'"):
        client.delete_model_version(project.registered_model, version.version)
    for model in _models(run):
        client.delete_logged_model(model)
        if hasattr(store, "_hard_delete_logged_model"):
            store._hard_delete_logged_model(model)
    if run.info.lifecycle_stage == "active":
        client.delete_run(run.info.run_id)
    if hasattr(store, "_hard_delete_run"):
        store._hard_delete_run(run.info.run_id)
