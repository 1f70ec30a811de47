"""Hours and money of what a trial holds."""

import pytest

from daybreak.records import SweepRef
from daybreak.training.params import TrainingParams
from daybreak.tuning import costs
from daybreak.tuning.params import TuningParams


def test_an_hour_of_half_a_gpu_and_two_cpus() -> None:
    rates = costs.rates(TuningParams(price_per_gpu_hour=4.0, price_per_cpu_hour=0.05), cpus=2, gpus=0.5)
    assert rates.of(3600) == costs.Used(0.5, 2.0, 2.1)


def test_nothing_costs_nothing() -> None:
    assert costs.rates(TuningParams(), cpus=1, gpus=0).of(0) == costs.Used()


def _swept() -> SweepRef:
    return SweepRef(metric="accuracy", trials=(), best={}, best_score=None, gpu_hours=0.5, cpu_hours=2.0, cost=3.0)


def test_a_night_is_its_sweep_and_its_training() -> None:
    tuning, training = TuningParams(price_per_cpu_hour=0.1), TrainingParams(threads=2, device="cpu")
    found = costs.of_night(_swept(), training, tuning, 1800)
    assert found == {"gpu_hours": 0.5, "cpu_hours": 3.0, "cost": pytest.approx(3.1)}
    assert costs.of_night(None, training, tuning, 1800)["cpu_hours"] == 1.0
    assert costs.of_night(_swept(), training, tuning, 0)["cost"] == 3.0


def test_a_night_that_reused_all_of_it_used_nothing() -> None:
    assert costs.of_night(None, TrainingParams(), TuningParams(), 0) == {}
