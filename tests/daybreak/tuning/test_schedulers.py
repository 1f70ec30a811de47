"""Schedulers by name: what they stop, and that a restart makes no difference to it."""

from types import SimpleNamespace
from typing import Any, Literal

import pytest
from ray.tune import schedulers as rays
from ray.tune.schedulers import TrialScheduler

from daybreak.tuning import schedulers
from daybreak.tuning.aim import Aim
from daybreak.tuning.journal import Row
from daybreak.tuning.params import Range, TuningParams

Name = Literal["asha", "hyperband", "median", "pbt", "none"]
SPACE = {
    "learning_rate": Range(draw="loguniform", low=1e-4, high=1e-2),
    "dropout": Range(draw="uniform", low=0.1, high=0.3),
    "warmup": Range(draw="choice", values=(0.0, 0.1)),
}


def _tuning(scheduler: Name, **update: Any) -> TuningParams:
    return TuningParams(scheduler=scheduler, epochs=4, grace=1, space=SPACE, **update)


def _build(scheduler: Name, direction: Literal["max", "min"] = "max") -> Any:
    return schedulers.build(_tuning(scheduler), Aim("score", direction))


class _Trial:
    def __init__(self, name: str) -> None:
        self.trial_id = name


def _report(scheduler: Any, trial: _Trial, epoch: float, score: float) -> str:
    controller = SimpleNamespace(get_live_trials=list)
    result = {"milliepochs": schedulers.milliepochs(epoch), "score": score}
    decision: str = scheduler.on_trial_result(controller, trial, result)
    return decision


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("asha", rays.AsyncHyperBandScheduler),
        ("hyperband", rays.AsyncHyperBandScheduler),
        ("median", rays.MedianStoppingRule),
        ("pbt", rays.PopulationBasedTraining),
        ("none", rays.FIFOScheduler),
    ],
)
def test_each_name_is_one_of_ray_tune_s(name: Name, kind: type[Any]) -> None:
    assert isinstance(_build(name), kind)


def test_bohb_halves_in_several_brackets() -> None:
    made = schedulers.build(_tuning("asha", search="bohb"), Aim("score", "max"))
    assert len(made._brackets) == len(_build("hyperband")._brackets) == schedulers.BRACKETS


@pytest.mark.parametrize("direction", ["max", "min"])
def test_halving_lets_the_better_half_go_on(direction: Literal["max", "min"]) -> None:
    scheduler, trials = _build("asha", direction), [_Trial(name) for name in "abc"]
    for trial in trials:
        scheduler.on_trial_add(None, trial)
    good, bad = (0.9, 0.1) if direction == "max" else (0.1, 0.9)
    assert _report(scheduler, trials[0], 1, 0.5) == TrialScheduler.CONTINUE
    assert _report(scheduler, trials[1], 1, bad) == TrialScheduler.STOP
    assert _report(scheduler, trials[2], 1, good) == TrialScheduler.CONTINUE
    assert _report(scheduler, trials[2], 4, good) == TrialScheduler.STOP, "it is at its end"


@pytest.mark.parametrize("name", ["asha", "hyperband", "median", "none"])
def test_a_new_scheduler_knows_what_was_over_before_it(name: Name) -> None:
    over = [
        Row(1, {}, [(1.0, 0.5), (2.0, 0.6), (4.0, 0.7)], state="completed"),
        Row(2, {}, [(1.0, 0.6), (2.0, 0.7), (4.0, 0.8)], state="completed"),
        Row(3, {}, [(1.0, 0.1)], state="pruned"),
    ]
    scheduler = _build(name)
    schedulers.replay(scheduler, over)
    newcomer = _Trial("d")
    scheduler.on_trial_add(None, newcomer)
    decision = _report(scheduler, newcomer, 1, 0.2)
    if name != "hyperband":  # there, a newcomer's bracket is drawn, and may be one in which nothing is stopped yet
        assert decision == (TrialScheduler.CONTINUE if name == "none" else TrialScheduler.STOP)


def test_a_median_needs_somebody_to_be_the_median_of() -> None:
    scheduler, alone = _build("median"), _Trial("a")
    scheduler.on_trial_add(None, alone)
    assert _report(scheduler, alone, 1, 0.1) == TrialScheduler.CONTINUE


def test_a_failed_trial_disturbs_no_scheduler() -> None:
    failed = {"failed": "boom", "milliepochs": 0, "epoch": 0.0}
    for name in ("asha", "hyperband", "median", "none"):
        scheduler, trial = _build(name), _Trial("a")
        scheduler.on_trial_add(None, trial)
        scheduler.on_trial_result(None, trial, failed)
        scheduler.on_trial_complete(None, trial, failed)
        other = _Trial("b")
        scheduler.on_trial_add(None, other)
        assert _report(scheduler, other, 1, 0.5) == TrialScheduler.CONTINUE


def test_a_population_wanders_but_stays_inside_the_space() -> None:
    made = _build("pbt")
    config: dict[str, Any] = {"learning_rate": 9.9e-3, "dropout": 0.11, "warmup": 0.0}
    for _ in range(50):
        config, _ = made._get_new_config(
            SimpleNamespace(trial_id="a", config=config), SimpleNamespace(trial_id="b", config=config)
        )
        assert 1e-4 <= config["learning_rate"] <= 1e-2
        assert 0.1 <= config["dropout"] <= 0.3
        assert config["warmup"] in (0.0, 0.1)


def test_rungs_are_whole_numbers() -> None:
    assert [schedulers.milliepochs(epochs) for epochs in (0.4, 0.8, 1.0, 0.0001)] == [400, 800, 1000, 1]
