"""Training without a release: everything of a night up to the verdicts, and the champion stays."""

import os
import shutil
import time
from pathlib import Path

import pytest
from making import Finished, make_founder, make_writer
from prefect.states import State

from daybreak import recording
from daybreak.errors import ParamsError, StepFailed
from daybreak.night import open_night
from daybreak.tracking.client import connect
from flows.train_model import train_model

pytestmark = pytest.mark.usefixtures("on_stack")


def test_a_stricter_limit_is_judged_and_nothing_moves(
    finished: Finished, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    root = tmp_path / "checkout"
    shutil.copytree(finished.night.project.root, root)
    monkeypatch.chdir(root)
    state: State = train_model(overrides="gates.quality.min_accuracy=0.9999", return_state=True)
    assert state.is_completed()
    assert state.message is not None
    assert "would be refused by quality" in state.message
    champion = recording.open_ledger(open_night(None, (), root)).champion("sample")
    assert champion is not None
    assert champion.version == 1


def test_a_wrong_key_fails_at_once(finished: Finished, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(finished.night.project.root)
    state: State = train_model(overrides="training.epoch=1", return_state=True)
    assert isinstance(state.result(raise_on_failure=False), ParamsError)


def test_a_language_model_is_judged_like_others(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    project = make_writer(tmp_path / "checkout")
    monkeypatch.chdir(project.root)
    state: State = train_model(return_state=True)
    assert state.is_completed(), state.message
    assert state.message is not None
    assert "would be refused by parity, quality" in state.message, "a dozen test rows decide nothing"
    assert recording.open_ledger(open_night(None, (), project.root)).champion("sample") is None


def test_a_training_that_breaks_off_is_recorded_and_failed_in_mlflow_too(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What was followed ended well by itself; the night did not, and says why. What it left aside is swept away."""
    from daybreak.training import comparing

    def broken(*_: object, **__: object) -> None:
        raise StepFailed("compare: 磁盘坏了")

    project = make_founder(tmp_path / "checkout")
    monkeypatch.chdir(project.root)
    monkeypatch.setattr(comparing, "compare", broken)
    state: State = train_model(return_state=True)
    assert state.is_failed()
    night = open_night(None, (), project.root)
    (run,) = recording.open_ledger(night).runs("sample")
    assert run.status == "failed"
    client = connect(night.settings.mlflow)
    (experiment,) = client.search_experiments(filter_string="name = 'daybreak-sample'")
    (followed,) = client.search_runs([experiment.experiment_id])
    assert followed.info.status == "FAILED"
    assert "磁盘坏了" in followed.data.tags["daybreak.reason"]
    assert followed.data.metrics["train.loss"] > 0

    monkeypatch.undo()
    monkeypatch.chdir(project.root)
    leftover = aged(night.settings.models(night.project) / "killed.partial")
    train_model(return_state=True)
    assert not leftover.exists()
    assert [each.status for each in recording.open_ledger(night).runs("sample")] == ["held", "failed"]


def aged(folder: Path) -> Path:
    folder.mkdir(parents=True)
    os.utime(folder, (time.time() - 3 * 86400,) * 2)
    return folder
