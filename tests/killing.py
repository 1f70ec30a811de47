"""Trainings in processes of their own, that tests kill: one process imports everything once, and forks for each."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple

from daybreak.recipes.params import ModelParams
from daybreak.records import DatasetRef, ModelRef
from daybreak.training.params import TrainingParams


class Outcome(NamedTuple):
    """What became of one training: the signal that ended it, the model it wrote, what it said, and its last words."""

    killed_by: int
    model: ModelRef | None
    said: list[str]
    error: str


class Lab:
    """The process that forks; `train` runs a training there and may send it a signal at some step."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self._process = process

    def train(
        self,
        dataset: DatasetRef,
        model: ModelParams,
        training: TrainingParams,
        folder: Path,
        *,
        cache: Path,
        kill_at: int | None = None,
        number: int = signal.SIGKILL,
    ) -> Outcome:
        """Train into `folder`, which is made; once the step `kill_at` is reported, send the signal."""
        folder.mkdir()
        job = {
            "dataset": dataset.model_dump_json(),
            "model": model.model_dump_json(),
            "training": training.model_dump_json(),
            "folder": str(folder),
            "cache": str(cache),
        }
        assert self._process.stdin
        assert self._process.stdout
        self._process.stdin.write(json.dumps(job) + "\n")
        self._process.stdin.flush()
        pid, said = json.loads(self._process.stdout.readline()), list[str]()
        while isinstance(line := json.loads(self._process.stdout.readline()), str):
            said.append(line)
            if kill_at is not None and line.startswith(f"step {kill_at} "):
                os.kill(pid, number)
        made = folder / "ref.json"
        model_ref = ModelRef.model_validate_json(made.read_text("utf-8")) if made.is_file() else None
        return Outcome(line["signal"], model_ref, said, line["error"])


@contextmanager
def lab() -> Iterator[Lab]:
    """A lab that is closed behind the block."""
    command = [sys.executable, __file__]
    process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, encoding="utf-8")
    try:
        yield Lab(process)
    finally:
        process.communicate(timeout=60)


def _say(pipe: int, word: Any) -> None:
    os.write(pipe, (json.dumps(word) + "\n").encode())


def _work(job: dict[str, str], pipe: int) -> None:
    from daybreak.training import loop

    folder = Path(job["folder"])
    try:
        made = loop.train(
            DatasetRef.model_validate_json(job["dataset"]),
            ModelParams.model_validate_json(job["model"]),
            TrainingParams.model_validate_json(job["training"]),
            folder,
            cache=Path(job["cache"]),
            report=lambda share, note: _say(pipe, note),
        )
    except Exception as error:
        (folder / "error.txt").write_text(str(error), encoding="utf-8")
        return
    (folder / "ref.json").write_text(made.model_dump_json(), encoding="utf-8")


def _serve(pipe: int) -> None:
    """A fork for each line of the input: its pid, what it says, and how it ended, as lines of JSON."""
    for line in sys.stdin:
        job = json.loads(line)
        if (pid := os.fork()) == 0:
            _say(pipe, os.getpid())
            _work(job, pipe)
            os._exit(0)
        status = os.waitpid(pid, 0)[1]
        error = Path(job["folder"]) / "error.txt"
        words = error.read_text("utf-8") if error.is_file() else ""
        _say(pipe, {"signal": os.WTERMSIG(status) if os.WIFSIGNALED(status) else 0, "error": words})


if __name__ == "__main__":
    import torch
    import transformers.models.bert.modeling_bert as _bert  # noqa: F401
    import transformers.models.llama.modeling_llama as _llama  # noqa: F401

    from daybreak.training import loop as _loaded  # noqa: F401

    torch.set_num_threads(1)
    _serve(os.dup(1))
