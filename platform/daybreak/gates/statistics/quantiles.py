"""Bounds on a quantile."""

from collections.abc import Sequence

from daybreak.gates.statistics.bounds import CONFIDENCE, Bounds


def quantile_bounds(values: Sequence[float], quantile: float, confidence: float = CONFIDENCE) -> Bounds:
    """Distribution-free bounds on a quantile from order statistics (Conover, Practical Nonparametric Statistics, 3.2).

    Infinite where there are too few values: an upper bound on the 0.95 quantile needs 59 of them.
    """
    from scipy.stats import binom

    ordered, count = sorted(values), len(values)
    above = int(binom.ppf(confidence, count, quantile)) if count else 0
    below = int(binom.ppf(1 - confidence, count, quantile)) - 1 if count else -1
    low = ordered[below] if below >= 0 else float("-inf")
    return Bounds(low, ordered[above] if above < count else float("inf"))
