"""Simulated candidates and nights: what the gates decide over thousands of them, where the truth is known."""

from collections import Counter
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from scipy.stats import binom, norm

from daybreak.gates.anchor import MARGIN
from daybreak.gates.statistics import CONFIDENCE, alarm_level, confidence_at, paired_score, permutations_for
from daybreak.gates.statistics.gaps import largest_reach

ROWS = 1702
"""Of the sample's release set."""

KINDS = np.array([0.71, 0.21, 0.08])
CHANCES = np.array([0.991, 0.61, 0.06])
"""Easy, hard and hopeless rows, and how often a model has one right: accuracy 84 %, two models differ on 12 %."""

Loss = Callable[[int, Any], Any]
"""True loss of a night's candidates, as a share, from the night (0 the first) and their champions' true losses."""


def slack(share: float, count: int) -> float:
    """How far above `share` a simulated one may lie by luck: three standard errors."""
    return float(3 * np.sqrt(share * (1 - share) / count))


def draw_groups(truths: Sequence[float], size: int, candidates: int, seed: int = 17) -> Any:
    """Right answers of each candidate (a row) in each group of so many rows."""
    return np.random.default_rng(seed).binomial(size, truths, (candidates, len(truths)))


def judge_groups(right: Any, size: int, limit: float, draws: int = 1999) -> dict[str, float]:
    """Shares of PASS, FAIL and INCONCLUSIVE, as the fairness gate decides: what it uses hangs on the total right."""
    groups = right.shape[1]
    totals, reach = right.sum(axis=1), (right.max(axis=1) - right.min(axis=1)) / size
    knots = np.linspace(totals.min(), totals.max() + 1, 9)
    furthest = [largest_reach(knot / (size * groups), [size] * groups, limit) for knot in knots]
    passed = reach + 0.5 / size <= np.interp(totals, knots, furthest)
    differs = np.zeros(len(right), dtype=bool)
    chance = np.random.default_rng(17)
    for total in np.unique(totals):
        dealt = chance.multivariate_hypergeometric([size] * groups, total, draws, method="marginals")
        alike = np.sort((dealt.max(axis=1) - dealt.min(axis=1)) / size)
        chosen = totals == total
        reached = draws - np.searchsorted(alike, reach[chosen] - 1e-9)
        differs[chosen] = (1 + reached) / (draws + 1) <= 1 - CONFIDENCE
    failed = ~passed & differs & (reach > limit)
    found = Counter(np.select([passed, failed], ["PASS", "FAIL"], "INCONCLUSIVE").tolist())
    return {outcome: found[outcome] / len(right) for outcome in ("PASS", "FAIL", "INCONCLUSIVE")}


def paired_pass_rate(
    difference: float, discordant: float, margin: float, rows: int = ROWS, confidence: float = CONFIDENCE
) -> float:
    """Share of nights in which a candidate whose true accuracy differs by `difference` is found non-inferior; exact."""
    z = float(norm.ppf(confidence))
    total = 0.0
    for both in range(int(2 * rows * discordant) + 20):
        won = np.arange(both + 1)
        weight = binom.pmf(both, rows, discordant) * binom.pmf(won, both, (1 + difference / discordant) / 2)
        total += weight[paired_score(won, both - won, rows, -margin) >= z].sum()
    return float(total)


def live(
    loss: Loss, nights: int, histories: int, *, margin: float = MARGIN, spending: bool = True, seed: int = 17
) -> tuple[Any, Any]:
    """Which nights released (histories x nights), and the true loss of the champion after each.

    Every history has release rows of its own, frozen; its first champion is the anchor, and stays it. A candidate is
    released if it is non-inferior to the anchor at its attempt since the last release, and not significantly worse
    than the champion. Answers are counted by kind of row, anchor's answer and champion's answer.
    """
    chance = np.random.default_rng(seed)
    rows = chance.multinomial(ROWS, KINDS, size=histories)
    cells = np.zeros((histories, 3, 2, 2), dtype=int)
    cells[:, :, 1, 1] = chance.binomial(rows, CHANCES)
    cells[:, :, 0, 0] = rows - cells[:, :, 1, 1]
    level, attempt = np.zeros(histories), np.ones(histories, dtype=int)
    released, levels = np.zeros((2, histories, nights))
    thresholds = norm.ppf([confidence_at(number) if spending else CONFIDENCE for number in range(1, nights + 2)])
    for night in range(nights):
        lost = loss(night, level)
        chances = np.repeat(CHANCES[None], histories, axis=0)
        chances[:, 1] -= lost / KINDS[1]
        right = chance.binomial(cells, np.clip(chances, 0, 1)[:, :, None, None])
        ok = _score(cells, right, 2, -margin) >= thresholds[attempt - 1]
        ok &= _score(cells, right, 3, -1e-9) > -norm.ppf(CONFIDENCE)
        after = np.zeros_like(cells)
        after[:, :, :, 1], after[:, :, :, 0] = right.sum(axis=3), (cells - right).sum(axis=3)
        cells[ok] = after[ok]
        level, attempt = np.where(ok, lost, level), np.where(ok, 1, attempt + 1)
        released[:, night], levels[:, night] = ok, level
    return released.astype(bool), levels


def _score(cells: Any, right: Any, side: int, difference: float) -> Any:
    """The paired score against the anchor (side 2) or the champion (side 3), history by history."""
    won = np.take(right, 0, axis=side).sum(axis=(1, 2))
    lost = np.take(cells - right, 1, axis=side).sum(axis=(1, 2))
    return paired_score(won, lost, ROWS, difference)


def false_alarms(nights: int, histories: int, *, shared: float = 0.5, seed: int = 17) -> float:
    """Share of histories of an unchanged process in which the drift gate raises any alarm.

    Every night compares new rows with the same reference, whose luck makes up `shared` of the variance and is the same
    all nights; p-values come from as many permutations as an alarm needs.
    """
    chance = np.random.default_rng(seed)
    level = alarm_level(nights)
    draws = permutations_for(level)
    reference = chance.standard_normal((histories, 1)) * shared**0.5
    z = chance.standard_normal((histories, nights)) * (1 - shared) ** 0.5 + reference
    p_values = (1 + chance.binomial(draws, 2 * norm.sf(np.abs(z)))) / (draws + 1)
    return float((p_values <= level + 1e-12).any(axis=1).mean())
