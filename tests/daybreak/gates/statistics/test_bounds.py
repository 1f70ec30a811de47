"""How many samples a bound takes."""

import pytest
from scipy.stats import norm

from daybreak.gates.statistics import CONFIDENCE, POWER
from daybreak.gates.statistics.bounds import rows_to_settle


def test_that_many_samples_give_the_power() -> None:
    rows = rows_to_settle(0.1, 0.02)
    assert rows is not None
    away = 0.02 / (0.1 / rows) ** 0.5
    assert norm.cdf(away - norm.ppf(CONFIDENCE)) == pytest.approx(POWER, abs=0.002)


def test_a_side_of_the_limit_does_not_matter() -> None:
    assert rows_to_settle(0.1, -0.02) == rows_to_settle(0.1, 0.02)


@pytest.mark.parametrize("distance", [0.0, 1e-6])
def test_what_lies_on_the_limit_is_never_settled(distance: float) -> None:
    assert rows_to_settle(0.1, distance) is None
