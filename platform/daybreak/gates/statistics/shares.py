"""Bounds on a share."""

from daybreak.gates.statistics.bounds import CONFIDENCE, POWER, SETTLEABLE, Bounds


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


def rows_to_settle_share(share: float, limit: float) -> int | None:
    """Rows from which on the exact bound on a share that truly is `share` clears `limit` with POWER; None if never.

    Exact, since near 0 and 1 the normal approximation asks for far too few: none of 77 rows flipped says less than 4 %.
    """
    import numpy as np
    from scipy.stats import binom

    if share > limit:
        share, limit = 1 - share, 1 - limit
    if limit - share < 1e-9:
        return None
    rows = np.unique(np.ceil(np.geomspace(1, SETTLEABLE, 3000)))  # steps of half a percent
    most = binom.ppf(1 - CONFIDENCE, rows, limit) - 1  # hits with which the bound just clears the limit
    enough = binom.cdf(most, rows, share) >= POWER
    open_ = np.flatnonzero(~enough)
    first = int(open_[-1]) + 1 if len(open_) else 0
    return int(rows[first]) if first < len(rows) else None
