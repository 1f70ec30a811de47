"""A night killed while it trains goes on from the last checkpoint, and ends with the model it would have had."""

import json
import os
import signal
import subprocess
import time
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from e2e_shell import Shell, make_shell
from making import NIGHT

from daybreak import digests

pytestmark = [pytest.mark.e2e, pytest.mark.slow]

PATIENCE_SECONDS = 300.0
TUNING = {key: value for key, value in NIGHT["tuning"].items() if key != "space"}
TRAINING = {**NIGHT["training"], "epochs": 40, "accumulation": 2, "schedule": "cosine"}
SECTIONS = {
    **NIGHT,
    "training": {**TRAINING, "checkpoints": {"every_steps": 25}},
    "tuning": {**TUNING, "trials": 0},
}


def steps(shell: Shell) -> Path:
    home = shell.variables.get("DAYBREAK_HOME")
    return (Path(home) if home else shell.project.root / ".daybreak") / "steps" / "sample"


def model(shell: Shell) -> tuple[str, dict[str, Any]]:
    """Digest of the trained weights, and how the training went."""
    (folder,) = (path.parent for path in (steps(shell) / "train").glob("*/manifest.step.json"))
    return digests.of_file(folder / "model.safetensors"), json.loads((folder / "history.json").read_text("utf-8"))


def curve(shell: Shell, run: dict[str, Any]) -> list[int]:
    """Steps of the loss in MLflow, as often as they stand there."""
    from mlflow import MlflowClient

    client = MlflowClient(f"sqlite:///{shell.project.root / '.daybreak' / 'mlflow.db'}")
    return [point.step for point in client.get_metric_history(run["mlflow"]["run_id"], "train.loss")]


def start(shell: Shell) -> "subprocess.Popen[str]":
    return subprocess.Popen(
        [*shell.command, "run"],
        cwd=shell.project.root,
        env=shell.environment,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        text=True,
        start_new_session=True,
    )


def wait_for_checkpoint(shell: Shell, after: int) -> None:
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not any(int(place.name[5:]) > after for place in steps(shell).glob("cache/checkpoints/*/step-*")):
        assert time.monotonic() < deadline, "no checkpoint"
        time.sleep(0.05)


def test_the_flow_killed_while_it_trains_goes_on_where_it_was(tmp_path: Path) -> None:
    shell = make_shell(tmp_path, SECTIONS)
    for after, number in ((0, signal.SIGKILL), (60, signal.SIGTERM)):
        night = start(shell)
        wait_for_checkpoint(shell, after)
        os.kill(night.pid, number)
        night.wait(60)
    run = shell.json("run")
    weights, history = model(shell)
    assert any("goes on from the checkpoint" in event["what"] for event in history["events"])
    assert curve(shell, run) == [point["step"] for point in history["steps"]]
    assert not list(steps(shell).glob("cache/checkpoints/*"))

    whole = replace(shell, variables={"DAYBREAK_HOME": str(tmp_path / "whole")})
    whole.json("run")
    expected, told = model(whole)
    assert weights == expected
    assert not any("goes on from" in event["what"] for event in told["events"])
    assert [point["loss"] for point in history["steps"]] == [point["loss"] for point in told["steps"]]
