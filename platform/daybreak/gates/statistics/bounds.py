"""What a bound is, how sure it is, and how many samples it takes."""

from math import ceil
from typing import NamedTuple

CONFIDENCE = 0.95
"""Of each one-sided bound: a gate that passes what violates its limit does so in at most 5 % of nights."""

POWER = 0.8
"""With which the rows named in `needs_more` would settle the question, if the truth is what was measured."""

SETTLEABLE = 1_000_000
"""Rows; a question that would need more is one that no number of rows settles."""


class Bounds(NamedTuple):
    """Two one-sided bounds, each at CONFIDENCE; together they are a two-sided interval at twice the error."""

    low: float
    high: float


def rows_to_settle(variance: float, distance: float, confidence: float = CONFIDENCE) -> int | None:
    """Samples of that variance at which the bound on their mean clears a limit that far off with POWER, or None."""
    from scipy.stats import norm

    if abs(distance) < 1e-9:
        return None
    z = float(norm.ppf(confidence) + norm.ppf(POWER))
    rows = ceil(variance * (z / distance) ** 2)
    return rows if rows <= SETTLEABLE else None
