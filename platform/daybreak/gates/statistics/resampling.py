"""Bounds on metrics that are no means of 0 and 1, for two sides on the same rows, by rows or by clusters."""

from collections.abc import Callable, Hashable, Sequence
from typing import Any

from daybreak.gates.statistics.bounds import CONFIDENCE, Bounds

DRAWS = 1999
FEWEST = 50
"""Rows or clusters; with fewer, their spread says too little about that of the world."""

MOST = 3000
"""Rows or clusters that are drawn anew; beyond, the jackknife's normal bound is within the draws' own noise."""

Metric = Callable[[Any], Any]
"""From sums of parts (… x parts) to the metric (…)."""


def resampled_bounds(
    parts: Any, metric: Metric, *, confidence: float = CONFIDENCE, draws: int = DRAWS, seed: int = 17
) -> Bounds:
    """Bounds on `metric` of the summed `parts` (units x parts), if units are drawn anew.

    What adds up over rows goes into `parts`, both sides side by side, so that every draw is paired. Bootstrap with the
    correction for bias and skew (BCa; Efron, JASA 82 (1987), 171-185); above MOST units the jackknife. scipy's BCa
    answers the same and sums all rows anew for each row left out, which takes twenty times as long at 1,700 rows.
    Infinite below FEWEST units. Sides that answer alike everywhere have no spread: the bounds are their difference.
    """
    import numpy as np
    from scipy.stats import norm

    values = np.asarray(parts, dtype=float)
    if len(values) < FEWEST:
        return Bounds(float("-inf"), float("inf"))
    total = values.sum(axis=0)
    point, without_one = float(metric(total)), metric(total - values)
    error = float(np.sqrt((len(values) - 1) * np.var(without_one)))
    if len(values) > MOST or error < 1e-12:
        reach = float(norm.ppf(confidence)) * error
        return Bounds(point - reach, point + reach)
    drawn = metric(_draw_sums(values, draws, seed))
    return Bounds(*(float(np.quantile(drawn, at)) for at in _levels(drawn, point, without_one, confidence)))


def _draw_sums(values: Any, draws: int, seed: int) -> Any:
    """Sums of parts over as many units as there are, drawn with replacement (draws x parts)."""
    import numpy as np

    chance, units = np.random.default_rng(seed), len(values)
    return np.stack(
        [np.bincount(chance.integers(units, size=units), minlength=units) @ values for _draw in range(draws)]
    )


def _levels(drawn: Any, point: float, without_one: Any, confidence: float) -> Any:
    """Which quantiles of the draws bound the metric: skew from the units left out, bias from where the point lies."""
    import numpy as np
    from scipy.stats import norm

    pull = without_one.mean() - without_one
    skew = (pull**3).sum() / (6 * (pull**2).sum() ** 1.5)
    below = ((drawn < point).mean() + (drawn <= point).mean()) / 2
    bias = norm.ppf(np.clip(below, 1 / (len(drawn) + 1), len(drawn) / (len(drawn) + 1)))
    reach = bias + norm.ppf([1 - confidence, confidence])
    return norm.cdf(bias + reach / (1 - skew * reach))


def by_cluster(parts: Any, clusters: Sequence[Hashable]) -> Any:
    """Parts summed within each cluster (a template, a prompt, an author), which are then the units that are drawn."""
    import numpy as np

    values = np.asarray(parts, dtype=float)
    places = {name: place for place, name in enumerate(dict.fromkeys(clusters))}
    summed = np.zeros((len(places), values.shape[1]))
    np.add.at(summed, [places[name] for name in clusters], values)
    return summed


def side_by_side(ours: Any, theirs: Any, metric: Metric) -> tuple[Any, Metric]:
    """Parts of two sides for the same rows in one table, and the metric of ours less that of theirs."""
    import numpy as np

    width = np.asarray(ours).shape[1]
    both = np.concatenate([np.asarray(ours, dtype=float), np.asarray(theirs, dtype=float)], axis=1)
    return both, lambda sums: metric(sums[..., :width]) - metric(sums[..., width:])


def f1_parts(truth: Sequence[str], answers: Sequence[str], labels: Sequence[str]) -> Any:
    """For each row (rows x 2 labels): was this label rightly answered; how often is it named, by truth and answer."""
    import numpy as np

    names = np.asarray(labels)
    true, given = np.asarray(truth)[:, None] == names, np.asarray(answers)[:, None] == names
    return np.concatenate([true & given, true.astype(int) + given], axis=1).astype(float)


def macro_f1(sums: Any) -> Any:
    """From summed `f1_parts`: the mean over labels of 2 right / (true + answered), and 0 for a label never named."""
    import numpy as np

    right, named = np.split(sums, 2, axis=-1)
    return (2 * right / np.maximum(named, 1)).mean(axis=-1)


def perplexity(sums: Any) -> Any:
    """From summed parts (negative log-likelihood in nats, tokens): exp of the mean over all tokens."""
    import numpy as np

    return np.exp(sums[..., 0] / np.maximum(sums[..., 1], 1))
