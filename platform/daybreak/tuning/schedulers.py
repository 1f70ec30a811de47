"""Which trials go on: Ray Tune's schedulers by the names of params.yaml, taught what an earlier session knew."""

import random
from collections.abc import Iterable
from dataclasses import dataclass
from types import SimpleNamespace
from typing import Any

import numpy as np
from ray import tune
from ray.tune import schedulers

from daybreak.tuning import space
from daybreak.tuning.aim import Aim
from daybreak.tuning.journal import Row
from daybreak.tuning.params import Range, TuningParams

CLOCK = "milliepochs"  # rungs are whole numbers
NEVER = float("inf")  # a median stopping rule that pauses trials would lose what they learned
BRACKETS = 3  # of hyperband: how many ways there are to share compute between many short trials and few long ones


@dataclass(frozen=True)
class Gone:
    """All that schedulers look at of a trial which was over before this session."""

    trial_id: str


class Population(schedulers.PopulationBasedTraining):  # type: ignore[misc]  # Ray has no types
    """Ray Tune's, begun from points that were drawn: it refuses every searcher, but ours minds no change."""

    def on_trial_add(self, tune_controller: Any, trial: Any) -> None:
        super().on_trial_add(SimpleNamespace(search_alg=None), trial)


def milliepochs(epochs: float) -> int:
    """Epochs as the whole number that rungs are counted in."""
    return max(1, round(1000 * epochs))


def build(tuning: TuningParams, aim: Aim) -> Any:
    """The scheduler of that name, over thousandths of an epoch; its chance follows `tuning.seed`.

    asha: asynchronous successive halving (Li et al., 2020). hyperband: the same in three brackets (Li et al., 2018).
    median: stop what is worse than the median of the others' means (Golovin et al., 2017). pbt: population based
    training (Jaderberg et al., 2017).
    """
    random.seed(tuning.seed)
    np.random.seed(tuning.seed)
    goal = {"time_attr": CLOCK, "metric": "score", "mode": aim.direction}
    if tuning.scheduler == "none":
        return schedulers.FIFOScheduler()
    if tuning.scheduler == "median":
        return schedulers.MedianStoppingRule(
            **goal,
            grace_period=milliepochs(tuning.grace),
            min_samples_required=tuning.reduction,
            min_time_slice=NEVER,
            hard_stop=True,
        )
    if tuning.scheduler == "pbt":
        return _population(tuning, goal)
    return schedulers.ASHAScheduler(
        **goal,
        grace_period=milliepochs(tuning.grace),
        max_t=milliepochs(tuning.epochs),
        reduction_factor=tuning.reduction,
        brackets=BRACKETS if tuning.scheduler == "hyperband" or tuning.search == "bohb" else 1,
    )


def replay(scheduler: Any, rows: Iterable[Row]) -> None:
    """Tell a new scheduler of trials that were over before it was made, so that it judges the rest alike."""
    for row in rows:
        gone = Gone(f"gone-{row.number}")
        scheduler.on_trial_add(None, gone)
        for epoch, score in row.history:
            result = {CLOCK: milliepochs(epoch), "score": score}
            scheduler.on_trial_result(None, gone, result)


def _population(tuning: TuningParams, goal: dict[str, str]) -> Any:
    def explore(config: dict[str, Any]) -> dict[str, Any]:
        return {key: _within(value, tuning.space[key]) for key, value in config.items()}

    return Population(
        **goal,
        perturbation_interval=milliepochs(tuning.grace),
        hyperparam_mutations={key: _mutation(drawn) for key, drawn in tuning.space.items()},
        custom_explore_fn=explore,
        log_config=False,
        synch=True,  # else, of members that share a CPU, one that is never best may take all the turns, for ever
    )


def _mutation(drawn: Range) -> Any:
    if drawn.draw == "choice":
        return list(drawn.values)
    low, high = space.ends(drawn)
    if drawn.draw == "integer":
        return tune.randint(int(low), int(high) + 1)
    return tune.loguniform(low, high) if drawn.draw == "loguniform" else tune.uniform(low, high)


def _within(value: Any, drawn: Range) -> float | int | str:
    """A mutated value as plain Python's, and inside its range: a population may wander, but not out."""
    if drawn.draw == "choice":
        chosen: float | int | str = value
        return chosen
    low, high = space.ends(drawn)
    near = min(max(float(value), low), high)
    return round(near) if drawn.draw == "integer" else near
