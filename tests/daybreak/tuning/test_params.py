"""The section refuses what cannot be searched."""

import pytest
from pydantic import ValidationError

from daybreak.tuning.params import Range, TuningParams

CHOICE = {"draw": "choice", "values": ["bert", "cnn"]}
WIDTH = {"draw": "integer", "low": 1, "high": 4}


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({"draw": "choice"}, "a choice needs `values`"),
        ({"draw": "uniform", "low": 2, "high": 1}, "`low` must be below `high`"),
        ({"draw": "uniform", "low": 2}, "`low` must be below `high`"),
        ({"draw": "uniform", "values": [1, 2]}, "`values` belong to a choice"),
        ({"draw": "loguniform", "low": 0, "high": 1}, "must be above 0"),
        ({"draw": "integer", "low": 0.5, "high": 4}, "must be whole numbers"),
        ({"draw": "gaussian"}, "Input should be 'uniform'"),
    ],
)
def test_a_range_must_be_drawable(values: dict[str, object], message: str) -> None:
    with pytest.raises(ValidationError, match=message):
        Range.model_validate(values)


def test_rungs_fit_a_trial() -> None:
    with pytest.raises(ValidationError, match=r"grace \(2\.0 epochs\) is longer than a trial \(1\.0 epochs\)"):
        TuningParams(grace=2)


def test_no_trials_is_a_wish_one_may_have() -> None:
    assert TuningParams(trials=0).trials == 0


@pytest.mark.parametrize(
    ("section", "message"),
    [
        ({"gpus_per_trial": 1.5}, "gpus_per_trial is 1.5: a trial has whole GPUs, or a share of one"),
        ({"budget": {"cost": 5}}, "budget.cost needs price_per_gpu_hour or price_per_cpu_hour"),
        ({"budget": {"minutes": 0}}, "greater than 0"),
        ({"search": "grid"}, "Input should be 'tpe', 'random' or 'bohb'"),
        ({"scheduler": "hyperspeed"}, "Input should be 'asha'"),
        ({"when": "monthly"}, "Input should be 'always'"),
        ({"space": {"dropout": {**WIDTH, "when": {"base": "x"}}}}, "names base, which is not in the space"),
        ({"space": {"a": CHOICE, "b": {**WIDTH, "when": {"a": "rnn"}}}}, "wants a to be 'rnn', which it never is"),
        (
            {"space": {"a": {**CHOICE, "when": {"b": "cnn"}}, "b": {**CHOICE, "when": {"a": "cnn"}}}},
            "the conditions of a, b hang on each other",
        ),
    ],
)
def test_a_section_must_make_sense(section: dict[str, object], message: str) -> None:
    with pytest.raises(ValidationError, match=message):
        TuningParams.model_validate(section)


@pytest.mark.parametrize("gpus", [None, 0, 0.25, 1, 2])
def test_a_trial_may_have_whole_gpus_a_share_of_one_or_none(gpus: float | None) -> None:
    assert TuningParams(gpus_per_trial=gpus).gpus_per_trial == gpus


def test_what_hangs_on_something_comes_behind_it() -> None:
    space = {
        "c": Range(draw="integer", low=1, high=2, when={"b": "cnn"}),
        "b": Range(draw="choice", values=("cnn", "bert"), when={"a": "cnn"}),
        "a": Range(draw="choice", values=("cnn", "bert")),
    }
    assert list(TuningParams(space=space).ordered) == ["a", "b", "c"]
