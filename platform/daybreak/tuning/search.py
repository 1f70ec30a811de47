"""The sweep as the rest of the house sees it: a leashed process is asked, and answers with a table of trials."""

import os
import secrets
import shutil
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from daybreak import errors, recipes
from daybreak.errors import DaybreakError, ParamsError, StepFailed
from daybreak.leash import Child
from daybreak.recipes.params import ModelParams
from daybreak.records import DatasetRef, SweepRef
from daybreak.training.params import TrainingParams
from daybreak.tuning import space
from daybreak.tuning.params import TuningParams
from daybreak.tuning.request import Report, Request, Word

REQUEST, RESULT, LOG = "request.json", "sweep.json", "sweep.log"
SCRATCH = "daybreak-"
SHORT = 24  # Ray adds about 65 characters, and a socket's path may have 107
QUIET = {
    "RAY_USAGE_STATS_ENABLED": "0",
    "RAY_AUTH_MODE": "token",
    "TUNE_DISABLE_AUTO_CALLBACK_LOGGERS": "1",
    "TOKENIZERS_PARALLELISM": "false",
}


def sweep(
    dataset: DatasetRef,
    model: ModelParams,
    training: TrainingParams,
    tuning: TuningParams,
    folder: Path,
    *,
    cache: Path,
    threads_total: int | None = None,
    report: Report | None = None,
) -> SweepRef:
    """Search `tuning.space`: Optuna draws, ASHA prunes, `threads_total` trials (one a CPU if None) run at once.

    Without trials or a space there is nothing to search: `best` is empty. A trial that fails stands in the table with
    its error. Leaves request.json, sweep.json and logs in `folder`. Raises ParamsError, ModelError and DataError before
    the first trial, and StepFailed with the commonest error if all trials failed.
    """
    if not tuning.trials or not tuning.space:
        return SweepRef(metric=tuning.metric, trials=(), best={}, best_score=None)
    _check(model, training, tuning)
    with scratch_folder() as scratch:
        request = Request(
            dataset=dataset,
            model=model,
            training=training,
            tuning=tuning,
            folder=folder.resolve(),
            cache=cache.resolve(),
            scratch=scratch,
            workers=min(tuning.trials, threads_total or cpus()),
        )
        return ask(request, report)


def ask(request: Request, report: Report | None) -> SweepRef:
    """Start the sweeping process, pass on what it reports, and read its answer."""
    path = request.folder / REQUEST
    path.write_text(request.model_dump_json(indent=1), encoding="utf-8")
    failure: DaybreakError | None = None
    with Child(_command(request, path), log=request.folder / LOG, piped=True) as child:
        _prepare(request)
        for line in child.lines():
            word = Word.model_validate_json(line)
            if word.error:
                failure = getattr(errors, word.error)(*word.arguments)
            elif report:
                report(word.share, word.note)
        status = child.wait()
    if failure:
        raise failure
    if status:
        found = f"sweep: its process ended with status {status}"
        raise StepFailed(found, "a table of trials", f"Read {request.folder / LOG}")
    return SweepRef.model_validate_json((request.folder / RESULT).read_text(encoding="utf-8"))


def cpus() -> int:
    """CPUs that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def scratch_folders() -> list[Path]:
    """The scratch folders of all sweeps on this machine, also of those that were killed over them."""
    return [token.parent for token in _scratch_root().glob(f"{SCRATCH}*/token")]


def _scratch_root() -> Path:
    usual = tempfile.gettempdir()
    return Path(usual if len(usual) <= SHORT else "/tmp")  # noqa: S108


@contextmanager
def scratch_folder() -> Iterator[Path]:
    """A new folder, short enough for a socket, that holds the token which Ray's processes ask each other for."""
    folder = Path(tempfile.mkdtemp(prefix=SCRATCH, dir=_scratch_root()))
    try:
        token = folder / "token"
        token.touch(mode=0o600)
        token.write_text(secrets.token_hex(32), encoding="utf-8")
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _command(request: Request, path: Path) -> list[str]:
    """By way of env(1): settings alone may touch this process's environment, and Ray reads nothing else."""
    variables = {**QUIET, "RAY_AUTH_TOKEN_PATH": str(request.scratch / "token")}
    assigned = [f"{name}={value}" for name, value in variables.items()]
    return ["env", *assigned, sys.executable, "-m", "daybreak.tuning.study", str(path)]


def _check(model: ModelParams, training: TrainingParams, tuning: TuningParams) -> None:
    measured = tuple(recipes.find(model.recipe).METRICS)
    if tuning.metric not in measured:
        found = f"tuning.metric is {tuning.metric!r}, which {model.recipe} does not measure"
        raise ParamsError(found, f"one of {', '.join(measured)}", f"Set tuning.metric to {measured[0]}")
    space.check(training, tuning)


def _prepare(request: Request) -> None:
    """While Ray starts: tokenise once for all trials, and let data or base that are wrong say so by their own error."""
    from daybreak.training import loop

    loop.prepare(request.dataset, request.model, request.training, request.cache)
