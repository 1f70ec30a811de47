"""Two sides that answered the same rows: bounds on their difference, and whether one is better."""

from typing import Any

from daybreak.gates.statistics.bounds import CONFIDENCE, Bounds, rows_to_settle


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


def better_p_value(won: int, lost: int) -> float:
    """Chance that sides equally good would differ by so much in our favour: McNemar's exact test, one-sided.

    McNemar, Psychometrika 12 (1947), 153-157. Only rows that one side alone had right count; without any it is 1.
    """
    from scipy.stats import binomtest

    return float(binomtest(won, won + lost, alternative="greater").pvalue) if won + lost else 1.0


def rows_to_settle_difference(
    won: int, lost: int, rows: int, limit: float, confidence: float = CONFIDENCE
) -> int | None:
    """Rows at which the paired difference seen here clears `limit` with POWER; None if never, or nothing was seen."""
    if rows == 0:
        return None
    difference = (won - lost) / rows
    return rows_to_settle((won + lost) / rows - difference**2, difference - limit, confidence)
