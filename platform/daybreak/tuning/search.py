"""The sweep as the rest of the house sees it: a leashed process is asked, and answers with a table of trials."""

import os
import secrets
import shutil
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from daybreak import digests, errors
from daybreak.errors import DaybreakError, ParamsError, StepFailed
from daybreak.leash import Child, leashed
from daybreak.recipes.params import ModelParams
from daybreak.records import DatasetRef, SweepRef
from daybreak.training.params import TrainingParams
from daybreak.tuning import aim, space
from daybreak.tuning.aim import Aim
from daybreak.tuning.params import TuningParams
from daybreak.tuning.request import Over, Report, Request, Word

REQUEST, RESULT, LOG, JOURNAL = "request.json", "sweep.json", "sweep.log", "trials.jsonl"
# What changes no score.
UNREAD = {"epochs", "threads", "seeds", "spread", "processes", "patience", "metric", "checkpoints"}  # of training
IDLE = {"when", "max_drift", "retries", "at_once", "price_per_gpu_hour", "price_per_cpu_hour"}  # of tuning
# What a population's members may change while they train: the rest would make another network, or another clock.
CHANGEABLE = ("learning_rate", "weight_decay", "dropout", "label_smoothing", "clip_norm", "warmup")
SCRATCH = "daybreak-"
SHORT = 24  # Ray adds about 65 characters, and a socket's path may have 107
OWN = {"RAY_AUTH_MODE": "token"}  # of the cluster that a sweep starts itself
QUIET = {
    "RAY_USAGE_STATS_ENABLED": "0",
    "TUNE_DISABLE_AUTO_CALLBACK_LOGGERS": "1",
    "TUNE_DISABLE_STRICT_METRIC_CHECKING": "1",  # a trial that failed ends without a score
    "TUNE_MAX_PENDING_TRIALS_PG": "1",  # draw when there is a place, knowing as much as can be known
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
    address: str = "",
    report: Report | None = None,
    over: Over | None = None,
) -> SweepRef:
    """Search `tuning.space` on a Ray cluster: the one at `address`, or a local one of `threads_total` CPUs (None: all).

    Without trials or a space there is nothing to search: `best` is empty. A trial that fails is tried again, then
    stands in the table with its error. What happens is written down below `cache`; a sweep that was killed goes on from
    there, and ends with the number of trials that it would have had. `over` hears of each trial as soon as it is, and
    of those of earlier lives. Leaves request.json, sweep.json and logs in `folder`. Raises ParamsError, ModelError and
    DataError before the first trial, BadInput where no cluster answers, and StepFailed with the commonest error if all
    trials failed.
    """
    if not tuning.searches:
        return SweepRef(metric=tuning.metric, trials=(), best={}, best_score=None)
    aim = check(model, training, tuning)
    notes = cache / "sweeps" / _key(dataset, model, training, tuning)
    notes.mkdir(parents=True, exist_ok=True)
    with scratch_folder() as scratch:
        request = Request(
            dataset=dataset,
            model=model,
            training=training,
            tuning=tuning,
            metric=aim.metric,
            folder=folder.resolve(),
            cache=cache.resolve(),
            journal=(notes / JOURNAL).resolve(),
            scratch=scratch,
            cpus=threads_total or cpus(),
            address=address,
        )
        return ask(request, report, over)


def ask(request: Request, report: Report | None, over: Over | None = None) -> SweepRef:
    """Start the sweeping process, pass on what it says, and read its answer."""
    path = request.folder / REQUEST
    path.write_text(request.model_dump_json(indent=1), encoding="utf-8")
    failure: DaybreakError | None = None
    with Child(_command(request, path), log=request.folder / LOG, piped=True) as child:
        _prepare(request)
        for line in child.lines():
            word = Word.model_validate_json(line)
            if word.error:
                failure = getattr(errors, word.error)(*word.arguments)
            elif word.trial:
                if over:
                    over(word.trial)
            elif report:
                report(word.share, word.note)
        status = child.wait()
    if failure:
        raise failure
    if status:
        found, log = f"sweep: its process ended with status {status}", request.folder / LOG
        raise StepFailed(found, "a table of trials", f"Read {log}; another run goes on from where this one was")
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
    own = {**OWN, "RAY_AUTH_TOKEN_PATH": str(request.scratch / "token")}
    variables = QUIET if request.address else {**QUIET, **own}  # a cluster that runs has a token of its own, or none
    assigned = [f"{name}={value}" for name, value in variables.items()]
    return leashed(["env", *assigned, sys.executable, "-m", "daybreak.tuning.study", str(path)])


def check(model: ModelParams, training: TrainingParams, tuning: TuningParams) -> Aim:
    """What a sweep aims at, if there is one; ParamsError for a metric, a space or processors that cannot be had."""
    if not tuning.searches:
        return Aim(tuning.metric, "max")
    found = aim.find(model.recipe, tuning)
    space.check(training, model, tuning)
    if tuning.scheduler == "pbt":
        _check_population(tuning)
    _check_gpus(training, tuning)
    return found


def _check_population(tuning: TuningParams) -> None:
    for key, drawn in tuning.space.items():
        if key not in CHANGEABLE or drawn.when:
            found = f"tuning.scheduler is pbt, which changes {key} in a trial that runs"
            raise ParamsError(found, f"a space of {', '.join(CHANGEABLE)}, without conditions", f"Take {key} out")


def _check_gpus(training: TrainingParams, tuning: TuningParams) -> None:
    asked = tuning.gpus_per_trial
    if asked and training.device == "cpu":
        found = f"tuning.gpus_per_trial is {asked:g} and training.device is cpu"
        raise ParamsError(found, "trials that compute on what they hold", "Set one of them to fit the other")
    if asked == 0 and training.device == "cuda":
        found = "tuning.gpus_per_trial is 0 and training.device is cuda"
        raise ParamsError(found, "trials that hold what they compute on", "Set one of them to fit the other")


def _prepare(request: Request) -> None:
    """While Ray starts: tokenise once for all trials, and let data or base that are wrong say so by their own error."""
    from daybreak.training import loop

    for model in space.models(request.model, request.tuning):
        loop.prepare(request.dataset, model, request.training, request.cache)


def hangs_on(model: ModelParams, training: TrainingParams, tuning: TuningParams) -> dict[str, str]:
    """Digests of what a sweep's scores hang on, of three sections: what a trial never reads is left out."""
    return {
        "params model": digests.of_value(model.model_dump()),
        "params training": digests.of_value(training.model_dump(exclude=UNREAD)),
        "params tuning": digests.of_value(tuning.model_dump(exclude=IDLE)),
    }


def _key(dataset: DatasetRef, model: ModelParams, training: TrainingParams, tuning: TuningParams) -> str:
    """Names all that a sweep's scores hang on, so that no other one goes on from its trials.

    Libraries and class of machine are those of this process; nodes of a running cluster need the same libraries anyway.
    """
    from daybreak.training import surroundings
    from daybreak.training.bases import base

    named = {
        **hangs_on(model, training, tuning),
        "data": dataset.digest,
        "bases": [base.resolve(each).model_dump() for each in space.models(model, tuning)],
        "code": digests.of_code("recipes", "training", "tuning"),
        "surroundings": surroundings.briefly(training),
    }
    return digests.of_value(named)[:20]
