"""Bounds on a quantile, by simulation."""

import numpy as np

from daybreak.gates.statistics import Bounds, quantile_bounds


def test_59_values_are_needed_for_an_upper_bound() -> None:
    assert quantile_bounds(list(range(58)), 0.95).high == float("inf")
    assert quantile_bounds(list(range(59)), 0.95).high == 58


def test_no_values_no_bounds() -> None:
    assert quantile_bounds([], 0.95) == Bounds(float("-inf"), float("inf"))


def test_bounds_miss_at_most_one_time_in_twenty() -> None:
    draw = np.random.default_rng(17).random((2000, 200))
    bounds = [quantile_bounds(row.tolist(), 0.95) for row in draw]
    assert np.mean([bound.high < 0.95 for bound in bounds]) <= 0.06
    assert np.mean([bound.low > 0.95 for bound in bounds]) <= 0.06
