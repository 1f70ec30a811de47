"""Nights that are forgotten leave nothing in MLflow, and the others all they have but old trials."""

import time
from datetime import UTC, datetime
from pathlib import Path

import pytest

from daybreak import digests
from daybreak.records import ArtifactRef, FileDigest, Project, SweepRef, Trial
from daybreak.tracking import Registry, Tracker, cleaning


@pytest.fixture
def tiny(tmp_path: Path) -> Project:
    return Project(name="tiny", root=tmp_path)


@pytest.fixture
def artifacts(tmp_path: Path) -> Path:
    return tmp_path / "artifacts"


def spend(url: str, artifacts: Path, project: Project, name: str) -> int:
    """A night with one trial, a file and a registered model; the version's number."""
    tracker = Tracker(url, artifacts, project)
    run_id = tracker.start(name, {})
    trial = Trial(number=1, config={"a": 1}, score=0.5, history=((1.0, 0.5),), seconds=1.0, state="completed")
    tracker.log_trials(run_id, SweepRef(metric="accuracy", trials=(trial,), best={}, best_score=0.5))
    dossier = project.root / name
    dossier.mkdir()
    (dossier / "report.html").write_text(name, encoding="utf-8")
    tracker.log_folder(run_id, dossier, "dossier")
    model = dossier / "model.onnx"
    model.write_bytes(b"x" * 1000)
    file = FileDigest(name="model.onnx", sha256=digests.of_file(model), bytes=1000)
    artifact = ArtifactRef(path=dossier, kind="onnx-int8", sha256=file.sha256, bytes=1000, files=(file,))
    version = Registry(url).register(project, run_id, artifact, labels=("a", "b"), tags={})
    tracker.finish(run_id)
    return version


def names(url: str, project: Project) -> list[str]:
    """Names of all runs, also of deleted ones."""
    from mlflow import MlflowClient
    from mlflow.entities import ViewType

    client = MlflowClient(url)
    experiment = client.get_experiment_by_name(project.registered_model)
    found = client.search_runs([experiment.experiment_id], run_view_type=ViewType.ALL)
    return sorted(run.info.run_name for run in found)


def test_old_nights_lose_their_trials_and_forgotten_ones_everything(
    mlflow_url: str, artifacts: Path, tiny: Project
) -> None:
    versions = [spend(mlflow_url, artifacts, tiny, name) for name in ("first", "second")]
    time.sleep(0.01)
    before = datetime.now(UTC)
    time.sleep(0.01)
    spend(mlflow_url, artifacts, tiny, "third")
    told = cleaning.forget(mlflow_url, artifacts, tiny, before=before, nights={"second"}, dry_run=True)
    assert names(mlflow_url, tiny) == ["first", "second", "third", "trial-1", "trial-1", "trial-1"]
    done = cleaning.forget(mlflow_url, artifacts, tiny, before=before, nights={"second"})
    assert done == told
    assert (done.runs, done.bytes > 1000) == (3, True)
    assert names(mlflow_url, tiny) == ["first", "third", "trial-1"]
    registry = Registry(mlflow_url)
    assert registry.version(tiny, versions[0]) is not None
    assert registry.version(tiny, versions[1]) is None
    assert len(list(artifacts.rglob("dossier/report.html"))) == len(list(artifacts.glob("tiny/models/*"))) == 2
    assert cleaning.forget(mlflow_url, artifacts, tiny, before=before, nights={"second"}).runs == 0


def test_another_project_is_not_looked_at(mlflow_url: str, artifacts: Path, tiny: Project, tmp_path: Path) -> None:
    (tmp_path / "other").mkdir()
    other = Project(name="other", root=tmp_path / "other")
    spend(mlflow_url, artifacts, other, "same-name")
    time.sleep(0.01)
    assert cleaning.forget(mlflow_url, artifacts, tiny, before=datetime.now(UTC), nights={"same-name"}).runs == 0
    assert names(mlflow_url, other) == ["same-name", "trial-1"]


def test_files_outside_of_ours_are_left_alone(mlflow_url: str, artifacts: Path, tiny: Project, tmp_path: Path) -> None:
    """Artifacts may lie where an administrator put them: those are his to remove."""
    spend(mlflow_url, artifacts, tiny, "night")
    time.sleep(0.01)
    done = cleaning.forget(mlflow_url, tmp_path / "elsewhere", tiny, before=datetime.now(UTC), nights={"night"})
    assert (done.runs, done.bytes) == (2, 0)
    assert list(artifacts.rglob("dossier/report.html")) != []


def test_a_project_that_never_ran(mlflow_url: str, artifacts: Path, tiny: Project) -> None:
    assert cleaning.forget(mlflow_url, artifacts, tiny, before=datetime.now(UTC), nights=set()).runs == 0


def test_curves_that_no_night_tracked_go_with_the_others(mlflow_url: str, artifacts: Path, tiny: Project) -> None:
    from daybreak.tracking import live

    with live.followed(mlflow_url, artifacts, tiny, "killed", folder=artifacts) as watch:
        watch({"loss": 0.5}, 1)
    with live.followed(mlflow_url, artifacts, tiny, "tracked", folder=artifacts):
        pass
    Tracker(mlflow_url, artifacts, tiny).start("tracked", {})
    time.sleep(0.01)
    done = cleaning.forget(mlflow_url, artifacts, tiny, before=datetime.now(UTC), nights=())
    assert done.runs == 1
    assert names(mlflow_url, tiny) == ["tracked"]
