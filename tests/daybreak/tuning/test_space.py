"""Ranges become Optuna's distributions, and points go back into the params."""

import optuna
import pytest

from daybreak.errors import ParamsError
from daybreak.training.params import TrainingParams
from daybreak.tuning import space
from daybreak.tuning.params import Range, TuningParams

SPACE = {
    "learning_rate": Range(draw="loguniform", low=1e-4, high=1e-2),
    "dropout": Range(draw="uniform", low=0.0, high=0.5),
    "batch_size": Range(draw="integer", low=8, high=16),
    "label_smoothing": Range(draw="choice", values=(0.0, 0.1)),
}


def test_maps_every_kind_of_draw() -> None:
    found = space.distributions(SPACE)
    assert found["learning_rate"] == optuna.distributions.FloatDistribution(1e-4, 1e-2, log=True)
    assert found["dropout"] == optuna.distributions.FloatDistribution(0.0, 0.5)
    assert found["batch_size"] == optuna.distributions.IntDistribution(8, 16)
    assert found["label_smoothing"] == optuna.distributions.CategoricalDistribution((0.0, 0.1))


def test_every_draw_is_something_training_takes() -> None:
    sampler = optuna.samplers.RandomSampler(seed=3)
    study = optuna.create_study(sampler=sampler)
    for _ in range(50):
        drawn = study.ask(fixed_distributions=space.distributions(SPACE)).params
        trained = space.apply(TrainingParams(epochs=3), drawn)
        assert trained.epochs == 3
        assert trained.learning_rate == drawn["learning_rate"]
        assert isinstance(trained.batch_size, int)


def test_no_best_changes_nothing() -> None:
    assert space.apply(TrainingParams(), {}) == TrainingParams()


def test_a_value_beyond_training_s_own_limits_names_the_range() -> None:
    with pytest.raises(ParamsError, match=r"tuning\.space\.dropout reaches 1\.5; expected .*less than 1.*Narrow it"):
        space.check(TrainingParams(), TuningParams(space={"dropout": Range(draw="uniform", low=0.1, high=1.5)}))
    with pytest.raises(ParamsError, match=r"tuning\.space\.batch_size reaches 'big'"):
        space.check(TrainingParams(), TuningParams(space={"batch_size": Range(draw="choice", values=(8, "big"))}))
    space.check(TrainingParams(), TuningParams(space=SPACE))


@pytest.mark.parametrize("key", space.FIXED)
def test_what_a_sweep_holds_fixed_is_not_drawn(key: str) -> None:
    drawn = Range(draw="integer", low=1, high=2)
    with pytest.raises(ParamsError, match=rf"tuning\.space\.{key} is what a sweep holds fixed"):
        space.check(TrainingParams(), TuningParams(space={key: drawn}))


def test_starts_from_the_params_where_they_lie_in_the_space() -> None:
    training = TrainingParams(learning_rate=1e-3, dropout=0.2, batch_size=16, label_smoothing=0.1)
    assert space.start(training, SPACE) == {
        "learning_rate": 1e-3,
        "dropout": 0.2,
        "batch_size": 16,
        "label_smoothing": 0.1,
    }
    for outside in ({"batch_size": 17}, {"label_smoothing": 0.05}, {"learning_rate": 0.05}):
        assert space.start(training.model_copy(update=outside), SPACE) is None
