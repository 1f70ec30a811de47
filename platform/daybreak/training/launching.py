"""A training in several processes as the rest of the house sees it: they are started, heard, and ended together."""

import json
import shutil
import sys
import tempfile
import threading
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

from daybreak import errors
from daybreak.errors import DaybreakError, StepFailed
from daybreak.leash import Child
from daybreak.recipes.params import ModelParams
from daybreak.records import DatasetRef, ModelRef, Record
from daybreak.training.course import Watch
from daybreak.training.params import TrainingParams
from daybreak.training.stopping import asked_to_stop
from daybreak.training.watching.history import Report

REQUEST, RESULT, MEETING = "request.json", "result.json", "meeting"
PUTTING_DOWN_SECONDS = 10.0
LOOKING_SECONDS = 0.2
LAST_LINES = 3


class Request(Record):
    """What all processes of a training are told; the model goes to `folder`, everything else below `own`."""

    dataset: DatasetRef
    model: ModelParams
    training: TrainingParams
    folder: Path
    cache: Path
    own: Path


def launch(
    dataset: DatasetRef,
    model: ModelParams,
    training: TrainingParams,
    folder: Path,
    *,
    cache: Path,
    report: Report | None = None,
    watch: Watch | None = None,
) -> ModelRef:
    """Train in `training.processes` processes of this machine, which live no longer than this one.

    The first of them speaks for all and writes the model. A SIGTERM is passed on to it: all write a checkpoint first.
    Raises whatever error it names, and StepFailed, with the end of its log, for a process that died without a word.
    """
    home = cache.resolve() / "processes"
    home.mkdir(parents=True, exist_ok=True)
    own = Path(tempfile.mkdtemp(dir=home))
    request = Request(
        dataset=dataset, model=model, training=training, folder=folder.resolve(), cache=cache.resolve(), own=own
    )
    (own / REQUEST).write_text(request.model_dump_json(), encoding="utf-8")
    with asked_to_stop() as asked, _processes(request) as children:
        watching = threading.Thread(target=_attend, args=(children, asked), name="processes", daemon=True)
        watching.start()
        failure = _listen(children[0], report, watch)
        watching.join()
        statuses = [child.returncode for child in children]
        stopped = asked()
    if failure:
        raise failure
    if stopped:
        raise StepFailed("train: asked to stop", "", "Run again to go on from the last checkpoint")
    if any(statuses) or not (own / RESULT).is_file():
        raise _died(own, statuses)
    made = ModelRef.model_validate_json((own / RESULT).read_text(encoding="utf-8"))
    shutil.rmtree(own, ignore_errors=True)
    return made


def say(word: Mapping[str, Any]) -> str:
    """A word of the first process as a line; numbers that are not finite stay what they are."""
    return json.dumps(dict(word), ensure_ascii=False)


@contextmanager
def _processes(request: Request) -> Iterator[list[Child]]:
    count = request.training.processes
    with ExitStack() as closing:
        children = [
            Child(_command(request, rank), log=_log(request.own, rank), piped=not rank) for rank in range(count)
        ]
        yield [closing.enter_context(child) for child in children]


def _command(request: Request, rank: int) -> list[str]:
    """By way of env(1), since settings alone may touch this process's environment; accelerate reads nothing else."""
    count, threads = request.training.processes, request.training.threads
    variables = {
        **{"RANK": rank, "LOCAL_RANK": rank, "WORLD_SIZE": count, "LOCAL_WORLD_SIZE": count},
        **{"MASTER_ADDR": "127.0.0.1", "OMP_NUM_THREADS": threads, "TOKENIZERS_PARALLELISM": "false"},
    }
    if sys.platform == "linux":
        variables["GLOO_SOCKET_IFNAME"] = "lo"  # else gloo listens on whatever the host's name leads to
    assigned = [f"{name}={value}" for name, value in variables.items()]
    return [
        "env",
        *assigned,
        sys.executable,
        "-m",
        "daybreak.training.process",
        str(request.own / REQUEST),
        str(rank),
    ]


def _attend(children: list[Child], asked: Any) -> None:
    """Until all are over: end them all when one fails, and pass on to the first that they are asked to stop."""
    quiet = threading.Event()
    while any(child.returncode is None for child in children):
        if asked():
            children[0].stop(PUTTING_DOWN_SECONDS)
        if any(child.returncode for child in children):
            quiet.wait(1.0)  # the others find out for themselves, and the first has something to say
            for child in children:
                child.stop(grace=0.0)
        quiet.wait(LOOKING_SECONDS)


def _listen(first: Child, report: Report | None, watch: Watch | None) -> DaybreakError | None:
    failure: DaybreakError | None = None
    for line in first.lines():
        word = json.loads(line)
        if "error" in word:
            failure = getattr(errors, word["error"])(*word["arguments"])
        elif "point" in word and watch:
            watch(word["point"], word["step"])
        elif "note" in word and report:
            report(word["share"], word["note"])
    return failure


def _died(own: Path, statuses: list[int | None]) -> StepFailed:
    rank = next((rank for rank, status in enumerate(statuses) if status and status > 0), 0)
    lines = _log(own, rank).read_text(encoding="utf-8", errors="replace").strip().splitlines()
    last = " | ".join(line.strip() for line in lines[-LAST_LINES:]) or "nothing"
    found = f"train: process {rank} of {len(statuses)} ended with status {statuses[rank]}; its last words: {last}"
    return StepFailed(found, "a trained model", f"Read {own}")


def _log(own: Path, rank: int) -> Path:
    return own / f"process-{rank}.log"
