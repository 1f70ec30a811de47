"""Runs as an MLflow client finds them afterwards."""

import json
from pathlib import Path
from typing import Any

import pytest

from daybreak.errors import StepFailed
from daybreak.records import Project, SweepRef, Trial
from daybreak.tracking import Tracker
from daybreak.tracking.client import connect
from daybreak.tracking.runs import FOLLOWED_TAG, REASON_TAG


@pytest.fixture
def client(mlflow_url: str) -> Any:
    return connect(mlflow_url)


def nested(tracker: Tracker, client: Any, parent: str) -> list[str]:
    found = client.search_runs([tracker.experiment_id], f"tags.mlflow.parentRunId = '{parent}'")
    return [run.info.run_id for run in found]


def test_a_run_is_found_with_all_that_was_logged(tracker: Tracker, client: Any, tmp_path: Path) -> None:
    run_id = tracker.start("2026-03-01 sample data 3", {"data_version": "3", "commit": "c0ffee"})
    tracker.log_params(run_id, {f"training.key_{number}": number for number in range(120)})
    tracker.log_metrics(run_id, {"accuracy": 0.86, "macro_f1": 0.85})
    tracker.log_metrics(run_id, {"loss": 0.4}, step=10)
    tracker.log_tags(run_id, {"prefect.flow_run_id": "f1"})
    (tmp_path / "report").mkdir()
    (tmp_path / "report" / "报告.html").write_text("好", encoding="utf-8")
    tracker.log_folder(run_id, tmp_path / "report", "report")
    tracker.finish(run_id)
    run = client.get_run(run_id)
    assert run.info.status == "FINISHED"
    assert len(run.data.params) == 120
    assert run.data.metrics == {"accuracy": 0.86, "macro_f1": 0.85, "loss": 0.4}
    assert {"data_version": "3", "prefect.flow_run_id": "f1"}.items() <= run.data.tags.items()
    assert [entry.path for entry in client.list_artifacts(run_id, "report")] == ["report/报告.html"]


def test_files_go_where_they_were_told(
    tracker: Tracker, client: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    monkeypatch.chdir(elsewhere)
    run = client.get_run(tracker.start("night", {}))
    assert run.info.artifact_uri.startswith((tmp_path / "artifacts" / "sample").as_uri())
    assert list(elsewhere.iterdir()) == []


def test_projects_have_experiments_of_their_own(
    tracker: Tracker, mlflow_url: str, tmp_path: Path, project: Project
) -> None:
    again = Tracker(mlflow_url, tmp_path / "artifacts", project)
    other = Tracker(mlflow_url, tmp_path / "artifacts", Project(name="hotel", root=tmp_path))
    assert again.experiment_id == tracker.experiment_id
    assert other.experiment_id != tracker.experiment_id


def test_an_experiment_deleted_in_the_ui_is_restored(
    tracker: Tracker, client: Any, mlflow_url: str, tmp_path: Path, project: Project
) -> None:
    client.delete_experiment(tracker.experiment_id)
    Tracker(mlflow_url, tmp_path / "artifacts", project).start("night", {})
    assert client.get_experiment(tracker.experiment_id).lifecycle_stage == "active"


def test_a_history_becomes_metrics_by_step(tracker: Tracker, client: Any, tmp_path: Path) -> None:
    records = [{"step": step, "loss": 1 / step, "learning_rate": 1e-3} for step in range(1, 1202)]
    (tmp_path / "history.json").write_text(json.dumps(records), encoding="utf-8")
    run_id = tracker.start("night", {})
    tracker.log_history(run_id, tmp_path / "history.json")
    points = client.get_metric_history(run_id, "train.loss")
    assert [point.step for point in points] == list(range(1, 1202))
    assert points[1].value == pytest.approx(0.5)


def test_a_night_begun_again_keeps_its_one_run(tracker: Tracker, client: Any, tmp_path: Path) -> None:
    (tmp_path / "history.json").write_text(json.dumps([{"step": step, "loss": 1 / step} for step in (1, 2)]), "utf-8")
    trial = Trial(number=0, config={}, score=0.8, history=((1.0, 0.8),), seconds=1.0, state="completed")
    runs = []
    for attempt in ("first", "second"):
        runs.append(tracker.start("night", {"attempt": attempt}))
        tracker.log_params(runs[-1], {"training.seed": 1})
        tracker.log_trials(runs[-1], SweepRef(metric="accuracy", trials=(trial,), best={}, best_score=0.8))
        tracker.log_history(runs[-1], tmp_path / "history.json")
        tracker.log_metrics(runs[-1], {"accuracy": 0.86})
        tracker.finish(runs[-1], "FAILED")
    assert runs[0] == runs[1] == tracker.start("night", {})
    assert runs[0] != tracker.start("next night", {})
    run = client.get_run(runs[0])
    assert run.info.status == "RUNNING"
    assert {"attempt": "second", "daybreak.run_id": "night"}.items() <= run.data.tags.items()
    assert [point.step for point in client.get_metric_history(runs[0], "train.loss")] == [1, 2]
    assert len(client.get_metric_history(runs[0], "accuracy")) == 1
    assert len(nested(tracker, client, runs[0])) == 1, "its trial was logged twice, and is the same"


def test_a_night_of_another_project_is_another_run(tracker: Tracker, mlflow_url: str, tmp_path: Path) -> None:
    other = Tracker(mlflow_url, tmp_path / "artifacts", Project(name="hotel", root=tmp_path))
    assert tracker.start("night", {}) != other.start("night", {})


def test_a_night_that_broke_off_is_closed_with_its_trials(tracker: Tracker, client: Any) -> None:
    parent, other = tracker.start("night", {}), tracker.start("next night", {})
    trial = client.create_run(tracker.experiment_id, tags={"mlflow.parentRunId": parent}).info.run_id
    tracker.end_night("night", "KILLED")
    assert [client.get_run(run).info.status for run in (parent, trial, other)] == ["KILLED", "KILLED", "RUNNING"]
    tracker.finish(other)
    tracker.end_night("next night")
    assert client.get_run(other).info.status == "FINISHED"
    tracker.end_night("no night")


def test_a_night_that_broke_off_behind_its_training_does_not_look_finished(tracker: Tracker, client: Any) -> None:
    followed = tracker.open("night", {FOLLOWED_TAG: "true"})
    tracker.finish(followed)
    tracker.end_night("night", "FAILED", "export: 磁盘已满 " + "x" * 9000)
    run = client.get_run(followed)
    assert run.info.status == "FAILED"
    assert run.data.tags[REASON_TAG].startswith("export: 磁盘已满")
    kept = tracker.start("tracked night", {})
    tracker.finish(kept)
    tracker.end_night("tracked night", "FAILED", "the card could not be sent")
    run = client.get_run(kept)
    assert (run.info.status, run.data.tags.get(REASON_TAG)) == ("FINISHED", None)


def test_trials_are_nested_with_their_scores_and_states(tracker: Tracker, client: Any) -> None:
    common: dict[str, Any] = {"config": {"training.learning_rate": 1e-3}, "seconds": 12.0}
    trials = (
        Trial(number=0, score=0.81, history=((0.4, 0.75), (1.0, 0.81)), state="completed", **common),
        Trial(number=1, score=0.6, history=((0.4, 0.6),), state="pruned", **common),
        Trial(number=2, score=None, history=(), state="failed", error="out of memory", **common),
    )
    parent = tracker.start("night", {})
    runs = tracker.log_trials(parent, SweepRef(metric="accuracy", trials=trials, best={}, best_score=0.81))
    assert set(nested(tracker, client, parent)) == set(runs)
    first, second, third = (client.get_run(run_id) for run_id in runs)
    assert [run.info.status for run in (first, second, third)] == ["FINISHED", "KILLED", "FAILED"]
    assert [(p.step, p.value) for p in client.get_metric_history(runs[0], "accuracy")] == [(40, 0.75), (100, 0.81)]
    assert first.data.params == {"training.learning_rate": "0.001"}
    assert first.info.end_time - first.info.start_time == 12_000
    assert third.data.tags["error"] == "out of memory"


def test_a_run_that_is_not_there_is_said(tracker: Tracker) -> None:
    with pytest.raises(StepFailed, match=r"tracking: MLflow at .* said: .*nobody"):
        tracker.log_metrics("nobody", {"accuracy": 1.0})


def _swept(*scores: float) -> SweepRef:
    trials = (
        Trial(number=number, config={}, score=score, history=(), seconds=1.0, state="completed")
        for number, score in enumerate(scores, start=1)
    )
    return SweepRef(metric="accuracy", trials=tuple(trials), best={}, best_score=max(scores))


def test_trials_of_a_sweep_that_another_took_the_place_of_go(tracker: Tracker, client: Any) -> None:
    parent = tracker.start("night", {})
    first = tracker.log_trials(parent, _swept(0.5, 0.6))
    second = tracker.log_trials(parent, _swept(0.5, 0.7))
    assert second[0] == first[0]
    assert set(nested(tracker, client, parent)) == set(second)


def test_a_night_that_was_tracked_keeps_its_trials(tracker: Tracker, client: Any) -> None:
    """The next night may train with the same table; it then has runs of its own."""
    first = tracker.start("first", {})
    tracker.log_trials(first, _swept(0.5, 0.6))
    second = tracker.start("second", {})
    tracker.log_trials(second, _swept(0.5, 0.6))
    assert [len(nested(tracker, client, parent)) for parent in (first, second)] == [2, 2]


def test_a_trial_that_was_written_in_part_is_written_again(tracker: Tracker, client: Any) -> None:
    """A kill between its first line and its last leaves a run without the mark that it is whole."""
    parent = tracker.start("night", {})
    (half,) = tracker.log_trials(parent, _swept(0.5))
    client.delete_tag(half, "daybreak.trial")
    (whole,) = tracker.log_trials(parent, _swept(0.5))
    assert whole != half
    assert nested(tracker, client, parent) == [whole]


def test_a_price_that_changed_between_two_lives_of_a_night_makes_no_other_trial(tracker: Tracker, client: Any) -> None:
    parent = client.create_run(tracker.experiment_id).info.run_id
    (trial,) = _swept(0.5).trials
    first = tracker.log_trial(parent, "accuracy", trial)
    assert tracker.log_trial(parent, "accuracy", trial.model_copy(update={"cost": 3.5})) == first
