"""The sweeping process: a Ray cluster, draws, rungs, a journal of trials, and what comes of them.

Started by `search.sweep` on a leash, as `python -m daybreak.tuning.study REQUEST`; prints `Word`s, writes sweep.json.
"""

import os
import shutil
import sys
from collections import Counter
from collections.abc import Callable, Sequence
from pathlib import Path

from ray import tune

from daybreak.errors import DaybreakError, StepFailed
from daybreak.records import SweepRef, Trial
from daybreak.tuning import aim as aims
from daybreak.tuning import cluster, costs, importance, schedulers, trial
from daybreak.tuning.aim import Aim
from daybreak.tuning.budget import Budget
from daybreak.tuning.draws import Draws
from daybreak.tuning.journal import Event, Journal, Row
from daybreak.tuning.params import TuningParams
from daybreak.tuning.request import Over, Report, Request, Word
from daybreak.tuning.table import LOGS, Table

RESULT, RAY = "sweep.json", "ray"
SHOWN = 3  # logs that are named where every trial failed


def study(request: Request, report: Report, tell: Over) -> SweepRef:
    """Run the sweep, or what an earlier session left of it; StepFailed with the commonest error if all failed.

    `tell` hears of each trial that is over, those of earlier sessions included, as soon as it is.
    """
    aim = aims.find(request.model.recipe, request.tuning)
    journal = Journal(request.journal)
    if request.tuning.scheduler == "pbt" and journal.unfinished:
        journal.forget()
    known = [row for _, row in sorted(journal.rows.items()) if row.state is not None]
    with cluster.joined(request) as share:
        report(len(known) / request.tuning.trials, _greeting(len(known), share.at_once))
        rates = costs.rates(request.tuning, share.cpus, share.gpus)

        def over(row: Row) -> None:
            tell(row.finish(rates))
            importance.load_ahead()

        for row in known:
            over(row)
        budget = Budget(request.tuning.budget, rates, journal)
        if len(known) < request.tuning.trials:
            _run(request, share, journal, budget, report=report, over=over)
        for row in journal.unfinished if budget.reached else ():
            journal.note(Event(what="ended", number=row.number, state="pruned"))
            over(row)
        trials = tuple(row.finish(rates) for _, row in sorted(journal.rows.items()))
    journal.close()
    try:
        return outcome(request, aim, trials, budget.reached)
    except StepFailed:
        request.journal.unlink()  # it came to its end, if a bad one: the next night tries anew
        raise


def _run(
    request: Request,
    share: cluster.Share,
    journal: Journal,
    budget: Budget,
    *,
    report: Report,
    over: Callable[[Row], None],
) -> None:
    tuning, aim = request.tuning, aims.find(request.model.recipe, request.tuning)
    draws = Draws(request, aim, journal)
    scheduler = schedulers.build(tuning, aim)
    if tuning.scheduler != "pbt":
        schedulers.replay(scheduler, [row for row in journal.rows.values() if row.state in ("completed", "pruned")])
    runnable = tune.with_parameters(trial.Trial, request=request.model_dump_json())
    tuner = tune.Tuner(
        tune.with_resources(runnable, {"cpu": share.cpus, "gpu": share.gpus}),
        tune_config=tune.TuneConfig(
            num_samples=tuning.trials - sum(row.state is not None for row in journal.rows.values()),
            max_concurrent_trials=_most(tuning, share),
            reuse_actors=True,
            search_alg=draws,
            scheduler=scheduler,
        ),
        run_config=tune.RunConfig(
            name="sweep",
            storage_path=str(request.folder / RAY),
            stop=budget,
            callbacks=[Table(request, journal, draws.numbers, report, over)],
            checkpoint_config=tune.CheckpointConfig(checkpoint_at_end=False),
            failure_config=tune.FailureConfig(max_failures=tuning.retries),
            verbose=0,
        ),
    )
    try:
        tuner.fit()
    finally:
        drop_checkpoints(request.folder / RAY)


def drop_checkpoints(folder: Path) -> None:
    """Members of a population go on from each other by them; behind the sweep they are nothing but large."""
    for checkpoint in folder.rglob("checkpoint_*"):
        shutil.rmtree(checkpoint, ignore_errors=True)


def _most(tuning: TuningParams, share: cluster.Share) -> int | None:
    """Trials that are begun before one of them is over; a population lives all at once, and takes turns."""
    return None if tuning.scheduler == "pbt" else share.at_once or None


def _greeting(over: int, at_once: int) -> str:
    many = f"{at_once} trials at a time" if at_once else "as many trials at a time as its nodes take"
    known = f"; {over} trials are over already" if over else ""
    return f"Ray is up, {many}{known}"


def outcome(request: Request, aim: Aim, trials: Sequence[Trial], stopped: str = "") -> SweepRef:
    """The best of the trials that ran to their end, of equals the first."""
    scored = [each for each in trials if each.score is not None]
    if not scored:
        raise _fruitless(trials, stopped, request.folder / LOGS)
    best = _best([each for each in scored if each.state == "completed"] or scored, aim)
    return SweepRef(
        metric=aim.metric,
        direction=aim.direction,
        trials=tuple(trials),
        best=best.config,
        best_score=best.score,
        importance=importance.of(request.tuning, aim, trials),
        stopped=stopped,
        gpu_hours=round(sum(each.gpu_hours for each in trials), 6),
        cpu_hours=round(sum(each.cpu_hours for each in trials), 6),
        cost=round(sum(each.cost for each in trials), 6),
    )


def _best(trials: Sequence[Trial], aim: Aim) -> Trial:
    sign = 1.0 if aim.direction == "max" else -1.0
    return max(trials, key=lambda each: (sign * (each.score or 0.0), -each.number))


def _fruitless(trials: Sequence[Trial], stopped: str, logs: Path) -> StepFailed:
    failed = [each for each in trials if each.state == "failed"]
    if not failed:
        found = f"sweep: no trial came to a score{': ' if stopped else ''}{stopped}"
        return StepFailed(found, "at least one score", "Raise tuning.budget, or lower tuning.grace")
    error, times = Counter(each.error for each in failed).most_common(1)[0]
    found = f"sweep: all {len(failed)} trials failed, {times} with {error!r}"
    read = " and ".join(str(logs / f"trial-{each.number}.log") for each in failed[:SHOWN])
    return StepFailed(found, "at least one score", f"Read {read}")


def main(path: Path) -> int:
    """Answer the request in a file; what libraries print goes to standard error, so that words stay readable."""
    say = _speaker()
    request = Request.model_validate_json(path.read_text(encoding="utf-8"))
    try:
        swept = study(request, lambda share, note: say(Word(share=share, note=note)), lambda one: say(Word(trial=one)))
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
