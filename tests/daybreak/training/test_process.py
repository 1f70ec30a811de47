"""A process of a training says what it has to say by its pipe: errors of ours as words, anything else in its log."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from daybreak.recipes.params import ModelParams
from daybreak.records import DatasetRef
from daybreak.training.launching import Request
from daybreak.training.params import TrainingParams


@pytest.mark.parametrize("device", ["cuda"])
def test_an_error_of_ours_is_a_word_and_nothing_else_is(device: str, tiny_dataset: DatasetRef, tmp_path: Path) -> None:
    training = TrainingParams(spread="ddp", processes=2, device=device)  # type: ignore[arg-type]
    asked = Request(
        dataset=tiny_dataset, model=ModelParams(), training=training, folder=tmp_path, cache=tmp_path, own=tmp_path
    )
    (tmp_path / "request.json").write_text(asked.model_dump_json(), encoding="utf-8")
    command = [sys.executable, "-m", "daybreak.training.process", str(tmp_path / "request.json"), "0"]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout
        word = json.loads(process.stdout.read())
        assert process.wait(60) == 1
    assert word["error"] == "ParamsError"
    assert word["arguments"][0] == "training.device is cuda, and torch finds no GPU"
