"""Decision statistics: bounds on shares, paired and clustered ones too, and the rows that would settle a question."""

from collections.abc import Sequence
from math import ceil
from typing import Any, NamedTuple

CONFIDENCE = 0.95
"""Of each one-sided bound: a gate that passes what violates its limit does so in at most 5 % of nights."""

POWER = 0.8
"""With which the rows named in `needs_more` would settle the question, if the truth is what was measured."""


class Bounds(NamedTuple):
    """Two one-sided bounds, each at CONFIDENCE; together they are a two-sided interval at twice the error."""

    low: float
    high: float


SETTLEABLE = 1_000_000
"""Rows; a question that would need more is one that no number of rows settles."""


def wilson(hits: int, rows: int, confidence: float = CONFIDENCE) -> Bounds:
    """Score bounds on a share (Wilson 1927): near their nominal error, for many rows or many groups at once."""
    return _share_bounds(hits, rows, confidence, "wilson")


def clopper_pearson(hits: int, rows: int, confidence: float = CONFIDENCE) -> Bounds:
    """Exact bounds on a share (Clopper and Pearson 1934): never above their nominal error, also near 0 and 1."""
    return _share_bounds(hits, rows, confidence, "exact")


def _share_bounds(hits: int, rows: int, confidence: float, method: str) -> Bounds:
    from scipy.stats import binomtest

    if rows == 0:
        return Bounds(0.0, 1.0)
    low = binomtest(hits, rows, alternative="greater").proportion_ci(confidence, method).low
    high = binomtest(hits, rows, alternative="less").proportion_ci(confidence, method).high
    return Bounds(float(low), float(high))


def paired_score(won: Any, lost: Any, rows: int, difference: float) -> Any:
    """Score statistic z for H0: share(ours) - share(theirs) = `difference`, both judged on the same rows.

    `won` rows only we had right, `lost` only they; numbers or arrays. Tango, Statistics in Medicine 17 (1998),
    891-908, equation 2; there `lost` is cell (2,1). Large and positive: we are better than `difference` says.
    """
    import numpy as np

    b = -won - lost + (2 * rows - won + lost) * difference
    c = -lost * difference * (1 - difference)
    cell = (np.sqrt(np.maximum(b * b - 8 * rows * c, 0)) - b) / (4 * rows)
    variance = rows * (2 * cell + difference * (1 - difference))
    return (won - lost - rows * difference) / np.sqrt(np.maximum(variance, 1e-12))


def paired_difference(won: int, lost: int, rows: int, confidence: float = CONFIDENCE) -> Bounds:
    """Bounds on share(ours) - share(theirs) over the same rows: where Tango's score statistic crosses its quantile."""
    from scipy.optimize import brentq
    from scipy.stats import norm

    if rows == 0:
        return Bounds(-1.0, 1.0)
    z = float(norm.ppf(confidence))
    point = (won - lost) / rows
    edge = 1 - 1e-9

    def crossing(target: float, start: float, end: float) -> float:
        def gap(difference: float) -> float:
            return float(paired_score(won, lost, rows, difference)) - target

        return end if gap(start) * gap(end) > 0 else float(brentq(gap, start, end))

    inner = min(max(point, -edge), edge)
    return Bounds(crossing(z, inner, -edge), crossing(-z, inner, edge))


def clustered_share(hits: Sequence[int], rows: Sequence[int], confidence: float = CONFIDENCE) -> Bounds:
    """Bounds on a share whose rows come in clusters, such as sentences made from one template.

    Clopper-Pearson at the effective number of rows that the spread between clusters leaves (Korn and Graubard, Survey
    Methodology 24 (1998), 193-201), between the number of clusters and the number of rows. Without a hit, or a miss,
    there is no spread to estimate, and each cluster counts as one row; a plain bootstrap would answer [0, 0] there.
    """
    from scipy.stats import beta, t

    clusters, total = len(rows), sum(rows)
    if clusters < 2 or total == 0:
        return Bounds(0.0, 1.0)
    share = sum(hits) / total
    residuals = [hit - share * row for hit, row in zip(hits, rows, strict=True)]
    variance = clusters / (clusters - 1) * sum(residual**2 for residual in residuals) / total**2
    effective = float(total if 0 < share < 1 else clusters)
    if variance > 0:
        penalty = (t.ppf(confidence, total - 1) / t.ppf(confidence, clusters - 1)) ** 2
        effective = min(max(share * (1 - share) / variance * penalty, clusters), total)
    found, missed = share * effective, (1 - share) * effective
    low = float(beta.ppf(1 - confidence, found, missed + 1)) if found else 0.0
    high = float(beta.ppf(confidence, found + 1, missed)) if missed else 1.0
    return Bounds(low, high)


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


def rows_to_settle_share(share: float, limit: float) -> int | None:
    """Rows at which a bound on `share` clears `limit` with POWER, by the normal approximation; None if never."""
    return _rows_to_settle(share * (1 - share) or limit * (1 - limit), share - limit)


def rows_to_settle_difference(won: int, lost: int, rows: int, limit: float) -> int | None:
    """Rows at which the paired difference seen here clears `limit` with POWER; None if never, or nothing was seen."""
    if rows == 0:
        return None
    difference = (won - lost) / rows
    return _rows_to_settle((won + lost) / rows - difference**2, difference - limit)


def _rows_to_settle(variance: float, distance: float) -> int | None:
    from scipy.stats import norm

    if abs(distance) < 1e-9:
        return None
    z = float(norm.ppf(CONFIDENCE) + norm.ppf(POWER))
    rows = ceil(variance * (z / distance) ** 2)
    return rows if rows <= SETTLEABLE else None
