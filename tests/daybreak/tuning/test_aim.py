"""What a sweep aims at: the recipe's own metric, a named one, or the loss."""

import pytest

from daybreak.errors import ParamsError
from daybreak.tuning import aim
from daybreak.tuning.params import TuningParams


@pytest.mark.parametrize(
    ("metric", "found"),
    [("", ("accuracy", "max")), ("macro_f1", ("macro_f1", "max")), ("loss", ("loss", "min"))],
)
def test_knows_which_way_is_better(metric: str, found: tuple[str, str]) -> None:
    assert aim.find("classify", TuningParams(metric=metric)) == found


def test_a_metric_that_is_never_reported_is_refused() -> None:
    message = r"tuning\.metric is 'acuracy', which classify does not measure; expected one of accuracy.*Set"
    with pytest.raises(ParamsError, match=message):
        aim.find("classify", TuningParams(metric="acuracy"))


def test_better_is_more_or_less() -> None:
    assert aim.Aim("accuracy", "max").is_better(0.9, 0.8)
    assert not aim.Aim("loss", "min").is_better(0.9, 0.8)
    assert not aim.Aim("loss", "min").is_better(0.8, 0.8)
