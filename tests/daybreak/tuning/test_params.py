"""The section refuses what cannot be searched."""

import pytest
from pydantic import ValidationError

from daybreak.tuning.params import Range, TuningParams


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({"draw": "choice"}, "a choice needs `values`"),
        ({"draw": "uniform", "low": 2, "high": 1}, "`low` must be below `high`"),
        ({"draw": "uniform", "low": 2}, "`low` must be below `high`"),
        ({"draw": "loguniform", "low": 0, "high": 1}, "must be above 0"),
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
