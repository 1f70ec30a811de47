"""How well scores rank rows of a group against rows of all others: subgroup, BPSN and BNSP AUC."""

from math import sqrt
from typing import Any

import numpy as np
from numpy.typing import NDArray

Z = 1.959963984540054  # of a two-sided interval at 95 %


def log_odds(logits: NDArray[np.float32]) -> NDArray[np.float64]:
    """Of each label against all others together, [rows, labels] like the logits: ranks as its probability does, and
    keeps apart what rounds to 1."""
    wide = logits.astype(np.float64)
    columns = range(wide.shape[1])
    return np.stack(
        [wide[:, one] - np.logaddexp.reduce(np.delete(wide, one, axis=1), axis=1) for one in columns], axis=1
    )


def auc(positive: NDArray[np.float64], negative: NDArray[np.float64]) -> float | None:
    """Share of pairs whose positive has the higher score, ties counted half (Mann and Whitney); None without pairs."""
    from scipy.stats import rankdata

    if not len(positive) or not len(negative):
        return None
    ranks = rankdata(np.concatenate([positive, negative]))[: len(positive)]
    return float((ranks.sum() - len(positive) * (len(positive) + 1) / 2) / (len(positive) * len(negative)))


def by_subgroup(scores: NDArray[np.float64], is_label: NDArray[np.bool_], inside: NDArray[np.bool_]) -> dict[str, Any]:
    """The three AUCs of a group (Borkan et al., WWW 2019 companion): `scores` of one label, which rows have that label,
    which are of the group; all [rows].

    `subgroup`: within the group. `bpsn`: positives of all others (background) against negatives of the group; low where
    the group's rows are scored too high. `bnsp`: negatives of all others against positives of the group; low where the
    group's rows are scored too low.
    """
    return {
        "subgroup": _ranked(scores[inside & is_label], scores[inside & ~is_label]),
        "bpsn": _ranked(scores[~inside & is_label], scores[inside & ~is_label]),
        "bnsp": _ranked(scores[inside & is_label], scores[~inside & ~is_label]),
    }


def overall(scores: NDArray[np.float64], is_label: NDArray[np.bool_]) -> dict[str, Any]:
    """The AUC over all rows, as `by_subgroup` tells one."""
    return _ranked(scores[is_label], scores[~is_label])


def interval(share: float, rows: int) -> list[float]:
    """Wilson's score interval at 95 % (two-sided) of a share of so many rows; all there is, of none."""
    if not rows:
        return [0.0, 1.0]
    centre, scale = share + Z**2 / (2 * rows), 1 + Z**2 / rows
    reach = Z * sqrt(share * (1 - share) / rows + Z**2 / (4 * rows**2))
    return [max(0.0, (centre - reach) / scale), min(1.0, (centre + reach) / scale)]


def _ranked(positive: NDArray[np.float64], negative: NDArray[np.float64]) -> dict[str, Any]:
    """The interval is that of a share of as many rows as the rarer side has: no scores vary more (Birnbaum and Klose,
    Annals of Mathematical Statistics 28 (1957), 933-945)."""
    found, rows = auc(positive, negative), min(len(positive), len(negative))
    told = {"auc": found, "positives": len(positive), "negatives": len(negative)}
    return {**told, "interval": interval(0.5 if found is None else found, rows)}
