"""A training in two processes, started, heard and ended: the model of one, errors by name, no one left behind."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import psutil
import pytest

from daybreak import digests
from daybreak.errors import ModelError, StepFailed
from daybreak.recipes.encoders import folder as folders
from daybreak.recipes.params import ModelParams
from daybreak.records import DatasetRef, ModelRef
from daybreak.training import launching, loop
from daybreak.training.params import CheckpointParams, TrainingParams

SPREAD = TrainingParams(
    learning_rate=1e-3,
    epochs=2,
    batch_size=8,
    max_length=64,
    dropout=0.1,
    spread="ddp",
    processes=2,
    checkpoints=CheckpointParams(every_steps=4),
)


def train(dataset: DatasetRef, model: ModelParams, folder: Path, **rest: object) -> ModelRef:
    folder.mkdir(parents=True)
    training = rest.pop("training", SPREAD)
    return loop.train(dataset, model, training, folder, cache=folder.parent / "cache", **rest)  # type: ignore[arg-type]


@pytest.fixture(scope="module")
def curve() -> list[Mapping[str, float]]:
    return []


@pytest.fixture(scope="module")
def trained(
    tiny_dataset: DatasetRef,
    tiny_model: ModelParams,
    tmp_path_factory: pytest.TempPathFactory,
    curve: list[Mapping[str, float]],
) -> ModelRef:
    """A model of two processes that nothing disturbed."""
    folder = tmp_path_factory.mktemp("trained") / "model"
    return train(tiny_dataset, tiny_model, folder, watch=lambda point, step: curve.append({**point, "at": step}))


@contextmanager
def sigterm_is_counted() -> Iterator[list[int]]:
    came: list[int] = []
    before = signal.signal(signal.SIGTERM, lambda number, frame: came.append(number))
    try:
        yield came
    finally:
        signal.signal(signal.SIGTERM, before)


def processes_of(cache: Path) -> list[psutil.Process]:
    named = [process for process in psutil.process_iter(["cmdline"]) if process.info["cmdline"]]
    return [each for each in named if any(str(cache) in word for word in each.info["cmdline"])]


def test_the_first_process_writes_a_whole_model(trained: ModelRef, curve: list[Mapping[str, float]]) -> None:
    assert folders.verify(trained.path) == trained.sha256
    assert trained.metrics["validation_accuracy"] > 0.4
    assert [point["at"] for point in curve if "loss" in point] == list(range(1, 21))
    assert not list((trained.path.parent / "cache" / "processes").iterdir())


@pytest.mark.slow
def test_asked_to_stop_it_writes_a_checkpoint_and_goes_on_from_there(
    tiny_dataset: DatasetRef, tiny_model: ModelParams, tmp_path: Path, trained: ModelRef
) -> None:
    stopped_at: list[float] = []

    def stop(share: float, note: str) -> None:
        if note.startswith("step 6 of"):
            stopped_at.append(time.monotonic())
            os.kill(os.getpid(), signal.SIGTERM)

    with sigterm_is_counted() as came, pytest.raises(StepFailed, match=r"asked to stop.*Run again"):
        train(tiny_dataset, tiny_model, tmp_path / "first", report=stop)
    assert time.monotonic() - stopped_at[0] < 20  # ten to put down, and a busy machine
    assert came == [signal.SIGTERM]
    assert not processes_of(tmp_path)
    checkpoints = {path.name for path in tmp_path.glob("cache/checkpoints/*/step-*")}
    assert max(checkpoints) >= "step-000000006"
    said: list[str] = []
    again = train(tiny_dataset, tiny_model, tmp_path / "second", report=lambda share, note: said.append(note))
    assert any("goes on from the checkpoint" in note for note in said)
    weights = (digests.of_file(ref.path / "model.safetensors") for ref in (again, trained))
    assert len(set(weights)) == 1


def test_an_error_of_ours_keeps_its_name(tiny_dataset: DatasetRef, tmp_path: Path) -> None:
    with pytest.raises(ModelError, match=r"which does not exist.*Mend the path"):
        train(tiny_dataset, ModelParams(base="/no/such/folder"), tmp_path / "model")


@pytest.mark.slow
def test_a_process_that_dies_takes_the_others_along(
    tiny_dataset: DatasetRef, tiny_model: ModelParams, tmp_path: Path
) -> None:
    def kill(share: float, note: str) -> None:
        if note.startswith("step 3 of"):
            (second,) = [each for each in processes_of(tmp_path) if each.cmdline()[-1] == "1"]
            second.kill()

    with pytest.raises(StepFailed, match=r"process \d of 2 ended with status -?\d+; its last words.*Read "):
        train(tiny_dataset, tiny_model, tmp_path / "model", report=kill)
    assert not processes_of(tmp_path)
    assert len(list(tmp_path.glob("cache/processes/*/process-1.log"))) == 1


@pytest.mark.slow
def test_nobody_outlives_a_killed_parent(tiny_dataset: DatasetRef, tiny_model: ModelParams, tmp_path: Path) -> None:
    request = launching.Request(
        dataset=tiny_dataset, model=tiny_model, training=SPREAD, folder=tmp_path, cache=tmp_path / "cache", own=tmp_path
    )
    code = (
        "import sys; from pathlib import Path; from daybreak.training import launching\n"
        "asked = launching.Request.model_validate_json(sys.stdin.read())\n"
        "report = lambda share, note: print(note, flush=True)\n"
        "launching.launch(asked.dataset, asked.model, asked.training, asked.folder, cache=asked.cache, report=report)"
    )
    command = [sys.executable, "-c", code]
    parent = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    assert parent.stdin
    assert parent.stdout
    parent.stdin.write(request.model_dump_json())
    parent.stdin.close()
    assert parent.stdout.readline().startswith("step 1 of")
    assert len(processes_of(tmp_path)) == 2
    parent.kill()
    parent.wait()
    deadline = time.monotonic() + 30
    while processes_of(tmp_path) and time.monotonic() < deadline:
        time.sleep(0.2)
    assert not processes_of(tmp_path)
    parent.stdout.close()


def test_numbers_that_are_not_finite_survive_the_pipe() -> None:
    assert "NaN" in launching.say({"point": {"loss": float("nan")}})
