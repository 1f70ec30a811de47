"""Curves and trials are in MLflow while a night works, and no fault of who follows it harms the work."""

import logging
import threading
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from daybreak.records import Project, SweepRef, Trial
from daybreak.tracking import Tracker, live
from daybreak.tracking.client import connect
from daybreak.tracking.targets import Point, Target


class Notebook:
    """A target that keeps what it gets."""

    def __init__(self) -> None:
        self.batches: list[list[Point]] = []
        self.status = ""

    def open(self) -> Target[Point]:
        return Target(lambda points: self.batches.append(list(points)), self._close)

    def _close(self, status: str) -> None:
        self.status = status


def history(client: Any, run_id: str, name: str) -> list[tuple[int, float]]:
    return [(point.step, point.value) for point in client.get_metric_history(run_id, name)]


def runs(client: Any, tracker: Tracker) -> list[Any]:
    return list(client.search_runs([tracker.experiment_id]))


def followed(url: str, project: Project, tmp_path: Path, **more: Any) -> Any:
    return live.followed(url, tmp_path / "artifacts", project, "night", folder=tmp_path / "run", **more)


def test_points_are_in_mlflow_before_the_training_ends(
    tracker: Tracker, mlflow_url: str, project: Project, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(live, "EVERY_SECONDS", 0.1)
    client = connect(mlflow_url)
    with followed(mlflow_url, project, tmp_path) as watch:
        watch({"loss": 0.7, "cpu_percent": 98.0}, 1)
        until = time.monotonic() + 30
        while not (found := runs(client, tracker)) or not found[0].data.metrics:
            assert time.monotonic() < until
            time.sleep(0.05)
        run_id = found[0].info.run_id
        assert found[0].info.status == "RUNNING"
        assert history(client, run_id, "train.loss") == [(1, 0.7)]
        assert history(client, run_id, "system/cpu_percent") == [(1, 98.0)]
        watch({"loss": 0.6}, 2)
    assert history(client, run_id, "train.loss") == [(1, 0.7), (2, 0.6)]
    assert client.get_run(run_id).info.status == "FINISHED"


def test_the_night_goes_on_with_that_very_run(
    tracker: Tracker, mlflow_url: str, project: Project, tmp_path: Path
) -> None:
    with followed(mlflow_url, project, tmp_path) as watch:
        watch({"loss": 0.7, "tokens_per_second": 900.0}, 1)
    (tmp_path / "history.json").write_text(
        '{"steps": [{"step": 1, "loss": 0.7, "tokens_per_second": 850.0}, {"step": 2, "loss": 0.6}]}', encoding="utf-8"
    )
    client = connect(mlflow_url)
    (followed_run,) = runs(client, tracker)
    run_id = tracker.start("night", {"data_version": "3"})
    tracker.log_history(run_id, tmp_path / "history.json")
    assert run_id == followed_run.info.run_id
    assert history(client, run_id, "train.loss") == [(1, 0.7), (2, 0.6)]
    assert history(client, run_id, "train.tokens_per_second") == [(1, 900.0)]
    assert client.get_run(run_id).info.status == "RUNNING"


def test_begun_again_nothing_stands_twice(tracker: Tracker, mlflow_url: str, project: Project, tmp_path: Path) -> None:
    with pytest.raises(SystemExit), followed(mlflow_url, project, tmp_path) as watch:
        watch({"loss": 0.7, "tokens_per_second": 900.0}, 1)
        watch({"loss": 0.6, "tokens_per_second": 900.0}, 2)
        raise SystemExit
    client = connect(mlflow_url)
    (run,) = runs(client, tracker)
    assert run.info.status == "KILLED"
    with followed(mlflow_url, project, tmp_path) as watch:
        watch({"loss": 0.6, "tokens_per_second": 700.0}, 2)
        watch({"loss": 0.5, "tokens_per_second": 700.0}, 3)
    assert [step for step, _ in history(client, run.info.run_id, "train.tokens_per_second")] == [1, 2, 3]


def test_a_training_that_breaks_leaves_a_failed_run(
    tracker: Tracker, mlflow_url: str, project: Project, tmp_path: Path
) -> None:
    with pytest.raises(ValueError, match="no"), followed(mlflow_url, project, tmp_path):
        raise ValueError("no")
    assert [run.info.status for run in runs(connect(mlflow_url), tracker)] == ["FAILED"]


def test_points_are_handed_on_together_and_in_order() -> None:
    book = Notebook()
    following = live.Following([book.open], every_seconds=30)
    for step in range(100):
        following.add(Point(step, {"loss": 1 / (step + 1)}, 0.0))
    following.close("FINISHED")
    assert len(book.batches) == 1
    assert [point.step for point in book.batches[0]] == list(range(100))
    assert book.status == "FINISHED"


def test_a_target_that_breaks_is_left_out_and_the_others_go_on(caplog: pytest.LogCaptureFixture) -> None:
    book = Notebook()

    def broken(points: Sequence[Point]) -> None:
        raise OSError("the disk is gone")

    def absent() -> Target[Point]:
        raise OSError("nobody is there")

    with caplog.at_level(logging.WARNING):
        following = live.Following([absent, lambda: Target(broken, lambda status: None), book.open], every_seconds=0.0)
        following.add(Point(1, {"loss": 1.0}, 0.0))
        time.sleep(0.2)
        following.add(Point(2, {"loss": 0.9}, 0.0))
        following.close("FINISHED")
    assert [point.step for batch in book.batches for point in batch] == [1, 2]
    assert [record.message.rpartition(": ")[2] for record in caplog.records] == ["nobody is there", "the disk is gone"]


def test_a_target_that_hangs_does_not_hold_the_training(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(live, "CLOSING_SECONDS", 0.2)
    released = threading.Event()
    following = live.Following([lambda: Target(lambda points: None, lambda status: None), released.wait])  # type: ignore[list-item]
    following.add(Point(1, {"loss": 1.0}, 0.0))
    before = time.monotonic()
    following.close("FINISHED")
    assert time.monotonic() - before < 5
    released.set()


def trial(number: int, score: float) -> Trial:
    config: dict[str, float | int | str] = {"dropout": number / 10}
    return Trial(number=number, config=config, score=score, history=((1.0, score),), seconds=9.0, state="completed")


def showing(url: str, project: Project, tmp_path: Path, night: str = "night") -> Any:
    return live.showing_trials(url, tmp_path / "artifacts", project, night, "accuracy")


def below(client: Any, tracker: Tracker, night: str) -> list[str]:
    """Names of the trials below a night's run."""
    (parent,) = client.search_runs([tracker.experiment_id], f"tags.`daybreak.run_id` = '{night}'")
    found = client.search_runs([tracker.experiment_id], f"tags.mlflow.parentRunId = '{parent.info.run_id}'")
    return sorted(run.info.run_name for run in found)


def test_a_trial_is_in_mlflow_before_the_next_one_is_over(
    tracker: Tracker, mlflow_url: str, project: Project, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(live, "EVERY_SECONDS", 0.1)
    client = connect(mlflow_url)
    with showing(mlflow_url, project, tmp_path) as show:
        show(trial(1, 0.7))
        until = time.monotonic() + 30
        while len(runs(client, tracker)) < 2 or below(client, tracker, "night") != ["trial-1"]:
            assert time.monotonic() < until
            time.sleep(0.05)
        show(trial(2, 0.8))
    assert below(client, tracker, "night") == ["trial-1", "trial-2"]


def test_a_sweep_that_was_killed_has_each_trial_once(
    tracker: Tracker, mlflow_url: str, project: Project, tmp_path: Path
) -> None:
    """The night that goes on with it hears of its trials again, and they lie below that one then."""
    with pytest.raises(SystemExit), showing(mlflow_url, project, tmp_path, "killed") as show:
        show(trial(1, 0.7))
        show(trial(2, 0.8))
        raise SystemExit
    client = connect(mlflow_url)
    tracker.open("killed", {})  # kill -9 closes nothing
    before = {run.info.run_name: run.info.run_id for run in runs(client, tracker)}
    all_of_them = [trial(1, 0.7), trial(2, 0.8), trial(3, 0.9)]
    with showing(mlflow_url, project, tmp_path, "next") as show:
        for each in all_of_them:
            show(each)
    run_id = tracker.start("next", {})
    swept = SweepRef(metric="accuracy", trials=tuple(all_of_them), best={}, best_score=0.9)
    logged = tracker.log_trials(run_id, swept)
    assert logged[:2] == [before["trial-1"], before["trial-2"]]
    assert below(client, tracker, "killed") == []
    assert below(client, tracker, "next") == ["trial-1", "trial-2", "trial-3"]
    assert len(runs(client, tracker)) == 2 + 3
    assert client.get_run(before["killed"]).info.status == "KILLED"
