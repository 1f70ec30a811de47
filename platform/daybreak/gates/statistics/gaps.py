"""The largest gap between groups: whether there is one at all, and how large it can be at most."""

from collections.abc import Sequence
from typing import Any

from daybreak.gates.statistics.bounds import CONFIDENCE, POWER, SETTLEABLE, Bounds

DRAWS = 9999
MIDDLES = (-0.3, -0.15, 0.0, 0.15, 0.3)
"""Where the groups that are neither best nor worst may be, in gaps from the overall share."""


def reach_p_value(right: Sequence[int], rows: Sequence[int], *, draws: int = DRAWS, seed: int = 17) -> float:
    """Chance that groups with equal shares would lie as far apart: rows are dealt to the groups anew, `draws` times.

    Distance is from the lowest to the highest group, each measured in its own standard errors from the overall share,
    so that a small group's noise does not hide a large one's difference. Exact for any sizes (Phipson and Smyth,
    Statistical Applications in Genetics and Molecular Biology 9 (2010), article 39).
    """
    import numpy as np

    sizes, hits = np.asarray(rows), np.asarray(right)
    dealt = np.random.default_rng(seed).multivariate_hypergeometric(sizes, int(hits.sum()), draws, method="marginals")
    found = _reach(hits, sizes)
    return float((1 + (_reach(dealt, sizes) >= found - 1e-9).sum()) / (draws + 1))


def _reach(hits: Any, sizes: Any) -> Any:
    """In units of the overall standard deviation, which dealing anew does not change."""
    import numpy as np

    away = (hits / sizes - hits.sum(axis=-1, keepdims=True) / sizes.sum()) * np.sqrt(sizes)
    return away.max(axis=-1) - away.min(axis=-1)


def gap_bounds(right: Sequence[int], rows: Sequence[int], confidence: float = CONFIDENCE) -> Bounds:
    """Simultaneous bounds on the true gap between the best and the worst of all groups, as a share.

    Low: the largest difference of two groups less what the studentised range allows chance (Tukey; Kramer, Biometrics
    12 (1956), 307-310). High: the smallest gap that would rarely look as small as this (`small_gap_p_value`).
    """
    import numpy as np

    shares, sizes = np.asarray(right) / np.asarray(rows), np.asarray(rows)
    pooled = float(np.sum(right) / sizes.sum())
    errors = np.sqrt(np.maximum(pooled * (1 - pooled), 0.5 / sizes) / sizes)
    widest = _quantile(confidence, np.zeros(len(sizes)), np.ones(len(sizes)))
    apart = np.abs(shares[:, None] - shares) - widest * np.sqrt((errors[:, None] ** 2 + errors**2) / 2)
    return Bounds(max(0.0, float(apart.max())), _ceiling(right, rows, confidence, float(errors.max())))


def _ceiling(right: Sequence[int], rows: Sequence[int], confidence: float, error: float) -> float:
    """Never below what two groups of that standard error could hide, however close together all lie by luck."""
    from scipy.optimize import brentq
    from scipy.stats import norm

    def too_likely(gap: float) -> float:
        return small_gap_p_value(right, rows, gap) - (1 - confidence)

    low = high = float(norm.ppf(confidence)) * 2**0.5 * error
    while high < 1 and too_likely(high) > 0:
        low, high = high, high + 2 * error
    if high >= 1:
        return 1.0
    return high if low == high else float(brentq(too_likely, low, high, xtol=1e-5))


def small_gap_p_value(right: Sequence[int], rows: Sequence[int], gap: float) -> float:
    """Largest chance, over all true shares with that `gap`, of shares as close together as these; see `chance_within`.

    At most 5 %: the true gap is below `gap`, with 95 % confidence, for all groups at once.
    """
    shares = [hits / size for hits, size in zip(right, rows, strict=True)]
    reach = max(shares) - min(shares) + 0.5 / min(rows)
    return chance_within(reach, sum(right) / sum(rows), rows, gap)


def chance_within(
    reach: float, share: float, rows: Sequence[int], gap: float, middles: Sequence[float] = MIDDLES
) -> float:
    """Largest chance that observed shares lie within `reach`, if two groups are truly `gap` apart.

    By the normal approximation. With equal sizes the worst case is known: two groups at the ends and all others
    half-way, since the chance of a convex symmetric region is log-concave in the shares (Prékopa 1973, Anderson 1955),
    and averaging over exchanges and reflections only raises it. With unequal sizes the two smallest groups are the
    ends, and the others are looked for at several places (`middles`). Errors are those of the assumed shares, as in a
    score test, and at least those of half a row.
    """
    import numpy as np

    sizes = np.sort(np.asarray(rows, dtype=float))
    top = min(max(share + gap / 2, gap), 1.0)
    chances = []
    for middle in middles:
        centres = np.full(len(sizes), min(max(share + middle * gap, top - gap), top))
        for ends in ((top - gap, top), (top, top - gap))[: 1 if sizes[0] == sizes[1] else 2]:
            centres[:2] = ends
            errors = np.sqrt(np.maximum(centres * (1 - centres), 0.5 / sizes) / sizes)
            chances.append(range_chance(reach, centres, errors))
    return max(chances)


def range_chance(reach: float, centres: Any, errors: Any) -> float:
    """Chance that independent normal values (arrays of means and standard errors) lie within `reach` of each other.

    The sum over groups of being the lowest, at x, while all others are in [x, x + reach]; by the trapezoid rule, which
    converges exponentially on such integrands.
    """
    import numpy as np
    from scipy.special import ndtr

    low, high = (centres - 8 * errors).min(), (centres + 8 * errors).max()
    points = int(min(max(5 * (high - low) / errors.min(), 100), 20_000))
    x = np.linspace(low, high, points)[:, None]
    below = (x - centres) / errors
    inside = np.maximum(ndtr((x + reach - centres) / errors) - ndtr(below), 1e-300)
    density = np.exp(-(below**2) / 2) / (errors * np.sqrt(2 * np.pi))
    lowest = np.exp(np.log(inside).sum(axis=1)) * (density / inside).sum(axis=1)
    return float(np.trapezoid(lowest, x[:, 0]))


def largest_reach(share: float, rows: Sequence[int], gap: float, confidence: float = CONFIDENCE) -> float:
    """The largest distance of observed shares at which the true gap is still shown to be below `gap`; 0 if none is."""
    from scipy.optimize import brentq

    def too_likely(reach: float) -> float:
        return chance_within(reach, share, rows, gap) - (1 - confidence)

    return float(brentq(too_likely, 1e-9, gap, xtol=1e-6)) if too_likely(1e-9) < 0 < too_likely(gap) else 0.0


def rows_to_settle_gap(share: float, groups: int, gap: float) -> int | None:
    """Rows each of so many groups needs, that equal ones be shown with POWER to lie within `gap`; None if too many."""
    import numpy as np

    def power(size: int) -> float:
        reach = largest_reach(share, [size] * groups, gap)
        errors = np.full(groups, np.sqrt(max(share * (1 - share), 1e-6) / size))
        return range_chance(reach, np.zeros(groups), errors)

    few, many = 1, 2
    while power(many) < POWER:
        few, many = many, 2 * many
        if many > SETTLEABLE:
            return None
    while many - few > max(1, few // 50):
        half = (few + many) // 2
        few, many = (few, half) if power(half) >= POWER else (half, many)
    return many


def _quantile(chance: float, centres: Any, errors: Any) -> float:
    from scipy.optimize import brentq

    return float(brentq(lambda reach: range_chance(reach, centres, errors) - chance, 0.0, 20.0))
