"""The sweeping process: a Ray cluster of its own, Optuna's draws, ASHA's halving, a table of trials.

Started by `search.sweep` as `python -m daybreak.tuning.study REQUEST`; prints `Word`s and writes sweep.json.
"""

import os
import shutil
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import ray
from optuna.samplers import TPESampler
from ray import tune
from ray.tune.schedulers import ASHAScheduler
from ray.tune.search.optuna import OptunaSearch

from daybreak import leash
from daybreak.errors import DaybreakError, StepFailed
from daybreak.records import SweepRef, Trial
from daybreak.tuning import space, trial
from daybreak.tuning.params import TuningParams
from daybreak.tuning.request import Report, Request, Word
from daybreak.tuning.table import Table

RESULT = "sweep.json"
OBJECT_STORE_BYTES = 80 * 2**20  # nothing but requests goes through it; Ray's least is 75 MiB


def study(request: Request, report: Report) -> SweepRef:
    """Run the sweep; StepFailed with the commonest error if every trial failed."""
    tuning = request.tuning
    table = Table(tuning.trials, tuning.epochs, report)
    with cluster(request):
        report(0.0, f"Ray is up, {request.workers} trials at a time")
        tune.Tuner(
            tune.with_resources(tune.with_parameters(trial.Trial, request=request.model_dump_json()), {"cpu": 1}),
            tune_config=tune.TuneConfig(
                metric="score",
                mode="max",
                num_samples=tuning.trials,
                max_concurrent_trials=request.workers,
                reuse_actors=True,
                search_alg=_search(request),
                scheduler=_scheduler(tuning),
            ),
            run_config=tune.RunConfig(
                name="sweep",
                storage_path=str(request.folder / "ray"),
                callbacks=[table],
                checkpoint_config=tune.CheckpointConfig(checkpoint_at_end=False),
                verbose=0,
            ),
        ).fit()
    return outcome(tuning.metric, table.trials())


def _search(request: Request) -> OptunaSearch:
    """TPE that starts from the params' own point and trusts its model early: a night has few trials (default: 10)."""
    tuning = request.tuning
    first = space.start(request.training, tuning.space)
    return OptunaSearch(
        space=space.distributions(tuning.space),
        metric="score",
        mode="max",
        sampler=TPESampler(seed=tuning.seed, n_startup_trials=max(1, min(10, tuning.trials // 2))),
        points_to_evaluate=[first] if first else None,
    )


def _scheduler(tuning: TuningParams) -> ASHAScheduler:
    """Asynchronous successive halving (Li et al., 2020) over thousandths of an epoch."""
    return ASHAScheduler(
        time_attr="milliepochs",
        grace_period=trial.milliepochs(tuning.grace),
        max_t=trial.milliepochs(tuning.epochs),
        reduction_factor=tuning.reduction,
    )


@contextmanager
def cluster(request: Request) -> Iterator[None]:
    """A Ray cluster of our own on this machine; its logs stay in the sweep's folder."""
    ray.init(
        address="local",
        num_cpus=request.workers,
        num_gpus=0,
        include_dashboard=False,
        log_to_driver=False,
        logging_level="ERROR",
        object_store_memory=OBJECT_STORE_BYTES,
        _temp_dir=str(request.scratch),
    )
    try:
        yield
    finally:
        ray.shutdown()
        _keep_logs(request)


def _keep_logs(request: Request) -> None:
    for path in request.scratch.glob("session_latest/logs/*"):
        if path.is_file() and path.stat().st_size:
            (request.folder / "ray-logs").mkdir(exist_ok=True)
            shutil.copyfile(path, request.folder / "ray-logs" / path.name)


def outcome(metric: str, trials: tuple[Trial, ...]) -> SweepRef:
    """The best of the trials that ran to their end, of equals the first."""
    scored = [each for each in trials if each.score is not None]
    if not scored:
        error, times = Counter(each.error for each in trials).most_common(1)[0] if trials else ("no trial started", 0)
        found = f"sweep: all {len(trials)} trials failed, {times} with {error!r}"
        raise StepFailed(found, "at least one score", "Read sweep.log and ray-logs in the step's folder")
    complete = [each for each in scored if each.state == "completed"] or scored
    best = max(complete, key=lambda each: (each.score or 0.0, -each.number))
    return SweepRef(metric=metric, trials=trials, best=best.config, best_score=best.score)


def main(path: Path) -> int:
    """Answer the request in a file; what libraries print goes to standard error, so that words stay readable."""
    leash.tie()
    say = _speaker()
    request = Request.model_validate_json(path.read_text(encoding="utf-8"))
    try:
        swept = study(request, lambda share, note: say(Word(share=share, note=note)))
    except DaybreakError as error:
        say(Word(error=type(error).__name__, arguments=(error.found, error.expected, error.remedy)))
        return 1
    (request.folder / RESULT).write_text(swept.model_dump_json(indent=1), encoding="utf-8")
    return 0


def _speaker() -> Callable[[Word], None]:
    pipe = os.fdopen(os.dup(sys.stdout.fileno()), "w", encoding="utf-8")
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())

    def say(word: Word) -> None:
        pipe.write(word.model_dump_json() + "\n")
        pipe.flush()

    return say


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
