"""A sweep stops where its minutes, GPU-hours or money are used up."""

import pickle
from types import SimpleNamespace
from typing import Any

import pytest

from daybreak.tuning.budget import Budget
from daybreak.tuning.costs import Rates
from daybreak.tuning.params import BudgetParams

RATES = Rates(cpus=1, gpus=0.5, per_gpu_hour=4.0, per_cpu_hour=1.0)


def _budget(seconds: float, **limits: float) -> Budget:
    journal: Any = SimpleNamespace(elapsed=seconds, spent=2 * seconds)  # two trials at a time
    return Budget(BudgetParams(**limits), RATES, journal)


@pytest.mark.parametrize(
    ("limits", "reached"),
    [
        ({}, ""),
        ({"minutes": 61}, ""),
        ({"minutes": 60}, "tuning.budget.minutes of 60 was used up"),
        ({"gpu_hours": 1.01}, ""),
        ({"gpu_hours": 1}, "tuning.budget.gpu_hours of 1 was used up"),
        ({"cost": 6.01}, ""),
        ({"cost": 6}, "tuning.budget.cost of 6 was used up"),
    ],
)
def test_stops_at_the_limit_and_says_which(limits: dict[str, float], reached: str) -> None:
    budget = _budget(3600, **limits)
    assert budget.stop_all() == bool(reached)
    assert budget.reached == reached


def test_no_single_trial_is_stopped() -> None:
    assert not _budget(10**6, minutes=1)("trial", {})


def test_ray_can_keep_it_on_disk() -> None:
    assert pickle.loads(pickle.dumps(_budget(1, minutes=1))).__class__ is Budget
