"""Which points a sweep tries: Optuna's draws, handed to Ray Tune one by one and written down."""

import math
from collections.abc import Callable, Mapping
from typing import Any

import optuna
from optuna.samplers import BaseSampler, RandomSampler, TPESampler
from optuna.trial import FrozenTrial, TrialState, create_trial
from ray.tune.search import Searcher

from daybreak.tuning import space
from daybreak.tuning.aim import Aim
from daybreak.tuning.journal import Event, Journal, Row
from daybreak.tuning.params import Range, TuningParams
from daybreak.tuning.request import Request

STARTUP = 10  # draws at random before a model is trusted; of few trials, half as many


class Draws(Searcher):  # type: ignore[misc]  # Ray has no types
    """Gives trials of the journal that are not over first, then new ones, the params' own point first of all.

    What is drawn hangs on the trial's number and on what is known by then, not on how often the sweep was killed.
    """

    def __init__(self, request: Request, aim: Aim, journal: Journal) -> None:
        super().__init__(metric="score", mode=aim.direction)
        self.numbers: dict[str, int] = {}
        self._request, self._tuning, self._journal = request, request.tuning, journal
        self._drawn: dict[int, optuna.Trial] = {}
        self._waiting = [row.number for row in journal.unfinished]
        optuna.logging.set_verbosity(optuna.logging.WARNING)
        self.study = optuna.create_study(direction=f"{aim.direction}imize")
        for row in sorted(journal.rows.values(), key=lambda row: row.number):
            if row.state is not None:
                self.study.add_trial(frozen(row, self._tuning))

    def suggest(self, trial_id: str) -> Any:
        """The point of the next trial, or that there is none."""
        if self._waiting:
            number = self._waiting.pop(0)
            fixed: Mapping[str, Any] | None = self._journal.rows[number].config
        else:
            number = len(self._journal.rows) + 1
            if number > self._tuning.trials:
                return Searcher.FINISHED
            fixed = self._own_point() if number == 1 else None
        self.numbers[trial_id] = number
        point = self._ask(number, fixed)
        if number not in self._journal.rows:
            self._journal.note(Event(what="drawn", number=number, config=point))
        return dict(point)

    def on_trial_result(self, trial_id: str, result: dict[str, Any]) -> None:
        """Tell Optuna of a rung's score."""
        if is_number(result.get("score")):
            self._drawn[self.numbers[trial_id]].report(result["score"], int(result["milliepochs"]))

    def on_trial_complete(self, trial_id: str, result: dict[str, Any] | None = None, error: bool = False) -> None:
        """Tell Optuna how a trial ended; one that was stopped at a rung counts as less than one that was not."""
        asked = self._drawn.pop(self.numbers[trial_id], None)
        if asked is None:
            return
        score = (result or {}).get("score")
        if error or not is_number(score):
            self.study.tell(asked, state=TrialState.FAIL)
        elif result and result["epoch"] >= self._tuning.epochs:
            self.study.tell(asked, score)
        else:
            self.study.tell(asked, state=TrialState.PRUNED)

    def __getstate__(self) -> dict[str, Any]:
        """Nothing: what Ray keeps of us on disk is never read, the journal is."""
        return {}

    def __deepcopy__(self, memo: dict[int, Any]) -> "Draws":
        """Ray Tune searches with a copy, and we listen to what that one is told."""
        return self

    def save(self, checkpoint_path: str) -> None:
        """Nothing: the journal knows it all."""

    def restore(self, checkpoint_path: str) -> None:
        """Nothing: the journal knows it all."""

    def _ask(self, number: int, fixed: Mapping[str, Any] | None) -> dict[str, float | int | str]:
        self.study.sampler = sampler(self._tuning, number)
        if fixed is not None:
            self.study.enqueue_trial(dict(fixed))
        asked = self.study.ask()
        self._drawn[number] = asked
        return space.draw(self._tuning, suggesting(asked))

    def _own_point(self) -> Mapping[str, Any] | None:
        return space.start(self._request.training, self._request.model, self._tuning)


def sampler(tuning: TuningParams, number: int) -> BaseSampler:
    """What draws trial `number`: TPE trusts its model early where trials are few, since a night's are.

    `bohb` is the model of Falkner et al. (2018), one density over all dimensions, fitted to the highest rungs.
    """
    seed = (tuning.seed * 1_000_003 + number) % 2**32
    if tuning.search == "random":
        return RandomSampler(seed=seed)
    joint = tuning.search == "bohb"
    startup = max(1, min(STARTUP, tuning.trials // 2))
    return TPESampler(seed=seed, n_startup_trials=startup, constant_liar=True, multivariate=joint, group=joint)


def suggesting(asked: optuna.Trial) -> Callable[[str, Range], Any]:
    """How an Optuna trial draws one dimension."""

    def suggest(key: str, drawn: Range) -> Any:
        if drawn.draw == "choice":
            return asked.suggest_categorical(key, drawn.values)
        low, high = space.ends(drawn)
        if drawn.draw == "integer":
            return asked.suggest_int(key, int(low), int(high))
        return asked.suggest_float(key, low, high, log=drawn.draw == "loguniform")

    return suggest


def frozen(row: Row, tuning: TuningParams) -> FrozenTrial:
    """A trial that is over, as Optuna keeps it."""
    states = {"completed": TrialState.COMPLETE, "pruned": TrialState.PRUNED, "failed": TrialState.FAIL}
    state = states[row.state or "failed"]
    return create_trial(
        state=state if row.history or state is TrialState.FAIL else TrialState.FAIL,
        value=row.score if state is TrialState.COMPLETE else None,
        params=dict(row.config),
        distributions={key: space.distribution(tuning.space[key]) for key in row.config},
        intermediate_values={round(1000 * epoch): score for epoch, score in row.history},
    )


def is_number(value: Any) -> bool:
    """Whether a score is one that can be compared."""
    return isinstance(value, int | float) and math.isfinite(value)
