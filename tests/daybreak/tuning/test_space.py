"""Ranges become Optuna's draws, and points go back into the params."""

import optuna
import pytest

from daybreak.errors import ParamsError
from daybreak.recipes.params import ModelParams
from daybreak.training.params import TrainingParams
from daybreak.tuning import space
from daybreak.tuning.draws import suggesting
from daybreak.tuning.params import Range, TuningParams

SPACE = {
    "learning_rate": Range(draw="loguniform", low=1e-4, high=1e-2),
    "dropout": Range(draw="uniform", low=0.0, high=0.5),
    "batch_size": Range(draw="integer", low=8, high=16),
    "label_smoothing": Range(draw="choice", values=(0.0, 0.1)),
}
LIGHT = {
    "model.config.num_hidden_layers": Range(draw="integer", low=1, high=3, when={"model.base": "scratch"}),
    "model.base": Range(draw="choice", values=("daybreak/zh-mini", "scratch")),
    "adapter.rank": Range(draw="choice", values=(4, 8)),
}


def test_maps_every_kind_of_draw() -> None:
    found = {key: space.distribution(drawn) for key, drawn in SPACE.items()}
    assert found["learning_rate"] == optuna.distributions.FloatDistribution(1e-4, 1e-2, log=True)
    assert found["dropout"] == optuna.distributions.FloatDistribution(0.0, 0.5)
    assert found["batch_size"] == optuna.distributions.IntDistribution(8, 16)
    assert found["label_smoothing"] == optuna.distributions.CategoricalDistribution((0.0, 0.1))


def _draws(tuning: TuningParams, count: int) -> list[dict[str, float | int | str]]:
    study = optuna.create_study(sampler=optuna.samplers.RandomSampler(seed=3))
    return [space.draw(tuning, suggesting(study.ask())) for _ in range(count)]


def test_every_draw_is_something_training_takes() -> None:
    for drawn in _draws(TuningParams(space=SPACE), 50):
        trained = space.apply(TrainingParams(epochs=3), drawn)
        assert trained.epochs == 3
        assert trained.learning_rate == drawn["learning_rate"]
        assert 8 <= trained.batch_size <= 16


def test_a_condition_decides_what_is_drawn() -> None:
    points = _draws(TuningParams(space=LIGHT), 40)
    assert {point["model.base"] for point in points} == {"daybreak/zh-mini", "scratch"}
    for point in points:
        assert ("model.config.num_hidden_layers" in point) == (point["model.base"] == "scratch")


def test_a_point_is_put_into_training_and_model_each_its_own() -> None:
    point: dict[str, float | int | str] = {
        "adapter.rank": 4,
        "dropout": 0.3,
        "model.base": "scratch",
        "model.config.hidden_size": 64,
    }
    training = space.apply(TrainingParams(), point)
    assert (training.adapter.rank, training.dropout) == (4, 0.3)
    model = space.apply_model(ModelParams(config={"num_hidden_layers": 1}), point)
    assert (model.base, model.config) == ("scratch", {"num_hidden_layers": 1, "hidden_size": 64})


def test_another_base_has_neither_the_revision_nor_the_sizes_of_the_model_s_own() -> None:
    own = ModelParams(base="us/model", revision="a" * 40, config={})
    assert space.apply_model(own, {"model.base": "daybreak/zh-mini"}).revision is None
    assert space.apply_model(own, {"model.base": "us/model"}) == own
    pinned = {"model.base": "them/other", "model.revision": "b" * 40}
    assert space.apply_model(own, pinned).revision == "b" * 40


def test_no_best_changes_nothing() -> None:
    assert space.apply(TrainingParams(), {}) == TrainingParams()
    assert space.apply_model(ModelParams(), {}) == ModelParams()


def test_knows_every_base_that_may_be_drawn() -> None:
    assert list(space.models(ModelParams(), TuningParams(space=SPACE))) == [ModelParams()]
    bases = [model.base for model in space.models(ModelParams(), TuningParams(space=LIGHT))]
    assert bases == ["daybreak/zh-mini", "scratch"]
    assert list(space.models(ModelParams(), TuningParams(space=LIGHT, trials=0))) == [ModelParams()]
    pins = {"model.revision": Range(draw="choice", values=("a" * 40, "b" * 40), when={"model.base": "us/model"})}
    drawn = {"model.base": Range(draw="choice", values=("us/model", "scratch"))}
    found = list(space.models(ModelParams(), TuningParams(space={**drawn, **pins})))
    assert [(each.base, each.revision) for each in found] == [
        ("us/model", "a" * 40),
        ("us/model", "b" * 40),
        ("scratch", None),
    ]


def _check(**drawn: Range) -> None:
    named = {key.replace("__", "."): each for key, each in drawn.items()}
    space.check(TrainingParams(), ModelParams(), TuningParams(space=named))


def test_a_value_beyond_its_section_s_own_limits_names_the_range() -> None:
    with pytest.raises(ParamsError, match=r"tuning\.space\.dropout reaches 1\.5; expected .*less than 1.*Narrow it"):
        _check(dropout=Range(draw="uniform", low=0.1, high=1.5))
    with pytest.raises(ParamsError, match=r"tuning\.space\.batch_size reaches 'big'"):
        _check(batch_size=Range(draw="choice", values=(8, "big")))
    with pytest.raises(ParamsError, match=r"tuning\.space\.adapter\.rank reaches 0"):
        _check(adapter__rank=Range(draw="choice", values=(0, 8)))
    with pytest.raises(ParamsError, match=r"tuning\.space\.model\.base reaches 5"):
        _check(model__base=Range(draw="choice", values=(5,)))


def test_what_does_not_fit_together_is_said_without_a_key() -> None:
    with pytest.raises(ParamsError, match=r"4 or 8 bits cannot be trained itself"):
        _check(adapter__bits=Range(draw="choice", values=(4, 32)))
    _check(
        adapter__kind=Range(draw="choice", values=("none", "lora")),
        adapter__bits=Range(draw="choice", values=(4, 32), when={"adapter.kind": "lora"}),
    )


@pytest.mark.parametrize("key", ["epochs", "threads", "seed", "checkpoints.keep_last", "model.recipe"])
def test_a_sweep_s_own_settings_are_not_searched(key: str) -> None:
    with pytest.raises(ParamsError, match=rf"tuning\.space\.{key} is what a sweep holds fixed.*Remove"):
        _check(**{key.replace(".", "__"): Range(draw="choice", values=(1, 2))})


@pytest.mark.parametrize(
    ("key", "message"),
    [
        ("learning_rat", "tuning.space.learning_rat: not a key of training or of model; nearest: learning_rate"),
        ("adapter.rang", "tuning.space.adapter.rang: not a key of training or of model; nearest: adapter.rank"),
        ("adapter", "tuning.space.adapter: not a key of training or of model; nearest: adapter.rank"),
        ("model.bas", "tuning.space.model.bas: not a key of training or of model; nearest: model.base"),
        ("dropout", ""),
        ("model.config.any_size", ""),
    ],
)
def test_an_unknown_key_is_told_with_the_nearest(key: str, message: str) -> None:
    found = space.unknown(TuningParams(space={key: Range(draw="choice", values=(1,))}))
    assert found == message or (message and found.startswith(message.partition("; nearest")[0]))


def test_starts_from_the_params_own_point_if_the_space_has_it() -> None:
    mine = TrainingParams(learning_rate=1e-3, dropout=0.25, batch_size=16, label_smoothing=0.1)
    tuning = TuningParams(space=SPACE)
    point = {"learning_rate": 1e-3, "dropout": 0.25, "batch_size": 16, "label_smoothing": 0.1}
    assert space.start(mine, ModelParams(), tuning) == point
    assert space.start(mine.model_copy(update={"batch_size": 64}), ModelParams(), tuning) is None
    assert space.start(mine.model_copy(update={"label_smoothing": 0.05}), ModelParams(), tuning) is None


def test_the_own_point_leaves_out_what_its_conditions_rule_out() -> None:
    tuning, training = TuningParams(space=LIGHT), TrainingParams()
    assert space.start(training, ModelParams(), tuning) == {"model.base": "daybreak/zh-mini", "adapter.rank": 8}
    assert space.start(training, ModelParams(base="scratch"), tuning) is None, "its depth is not said"
    deep = ModelParams(base="scratch", config={"num_hidden_layers": 2})
    assert space.start(training, deep, tuning) == {
        "model.base": "scratch",
        "model.config.num_hidden_layers": 2,
        "adapter.rank": 8,
    }
