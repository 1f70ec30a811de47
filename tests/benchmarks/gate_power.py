"""How often the gates pass what they should, and what they should not: exact where outcomes can be added up.

Run it with `python tests/benchmarks/gate_power.py [candidates [histories]]`; docs/gates.md quotes its figures.
"""

import sys
import time
from functools import partial
from itertools import product
from pathlib import Path

import numpy as np
from scipy.optimize import brentq
from scipy.stats import binom

sys.path.insert(0, str(Path(__file__).parents[1]))

from nights import (
    CHANCES,
    KINDS,
    ROWS,
    draw_groups,
    false_alarms,
    judge_groups,
    live,
    live_by_gates,
    paired_pass_rate,
)

from daybreak.gates import anchor, fairness, parity, quality
from daybreak.gates.statistics import CONFIDENCE, better_p_value, clopper_pearson, clustered_share, confidence_at

DISCORDANT = (0.08, 0.10, 0.12, 0.14, 0.16)
"""Shares of test rows that exactly one of two models answers correctly; two trainings on the sample differ on 0.12."""

SENTENCES, TERMS = 80, 47
ALPHA = 1 - CONFIDENCE


def margin_for(power: float, discordant: float, rows: int = ROWS) -> float:
    """The smallest margin at which an equal model passes with that probability."""
    found = brentq(lambda margin: paired_pass_rate(0.0, discordant, margin, rows) - power, 0.005, 0.1, xtol=1e-5)
    return float(found)


def flip_pass_rate(rate: float, limit: float, rows: int = ROWS) -> float:
    """Share of nights in which an artifact with that true flip rate passes parity."""
    allowed = max((flips for flips in range(100) if clopper_pearson(flips, rows).high <= limit), default=-1)
    return float(binom.cdf(allowed, rows, rate))


def swap_pass_rate(rate: float, limit: float, alike: float = 2.0, nights: int = 1000) -> float:
    """Share of simulated nights whose bound on swaps clears the limit; each sentence has a rate of its own, by Beta."""
    draw = np.random.default_rng(17)
    chances = draw.beta(rate * alike, (1 - rate) * alike, (nights, SENTENCES))
    hits = draw.binomial(TERMS, chances)
    return float(np.mean([clustered_share(row.tolist(), [TERMS] * SENTENCES).high <= limit for row in hits]))


def floor_pass_rate(accuracy: float, floor: float, rows: int = ROWS) -> float:
    """Share of nights in which a candidate of that true accuracy clears the floor."""
    low, high = 0, rows
    while low < high:
        middle = (low + high) // 2
        low, high = (low, middle) if clopper_pearson(middle, rows).low >= floor else (middle + 1, high)
    return float(binom.sf(low - 1, rows, accuracy))


def better_rate(discordant: float, rows: int = ROWS) -> float:
    """Share of nights in which one of two equal models is called better."""
    total = 0.0
    for both in range(int(2 * rows * discordant) + 20):
        needed = next((won for won in range(both // 2, both + 1) if better_p_value(won, both - won) <= ALPHA), both + 1)
        total += binom.pmf(both, rows, discordant) * binom.sf(needed - 1, both, 0.5)
    return float(total)


def best_possible(base: float, size: int, gap: float, groups: int = 20, candidates: int = 20_000) -> float:
    """The power that no test of 5 % exceeds to show equal groups within `gap`: by Neyman and Pearson, at the worst."""
    away = gap / (base * (1 - base) / size) ** 0.5
    equal = np.random.default_rng(17).standard_normal((candidates, groups))
    apart = equal.copy()
    apart[:, 0] += away / 2
    apart[:, 1] -= away / 2

    def likelihood(values: np.ndarray) -> np.ndarray:
        """Of two groups apart against none, in any two places."""
        tilted = np.exp(away / 2 * values).sum(axis=1) * np.exp(-away / 2 * values).sum(axis=1)
        return np.log(tilted - groups)

    return float((likelihood(equal) <= np.quantile(likelihood(apart), ALPHA)).mean())


def print_nightly() -> None:
    """Tables of one night's questions, all exact but the swaps."""
    print(f"Paired test on {ROWS} rows: share of nights that pass, by true difference (rows) and discordance (columns)")
    for margin in (0.02, 0.025, 0.03):
        for name, difference in (("at minus the margin", -margin), ("equal", 0.0), ("1 point better", 0.01)):
            found = [f"{paired_pass_rate(difference, share, margin):.3f}" for share in DISCORDANT]
            print(f"  margin {margin:.3f}  {name:20s}", *found)
    print("Margin for 90 % power:", *(f"{margin_for(0.9, share):.4f}" for share in DISCORDANT))
    print(f"Equal champion and challenger, called better: {better_rate(0.12):.4f}")
    limit = quality.Params().min_accuracy
    for away in (-0.01, 0.0, 0.02, 0.03, 0.04):
        print(f"Floor {limit}, truly {away:+.2f} away: {floor_pass_rate(limit + away, limit):.3f}")
    margin = quality.Params().margin
    for away in (-0.01, 0.0, 0.01, 0.02, 0.025):
        print(f"Margin {margin}, truly {away:+.3f} away: {paired_pass_rate(away - margin, 0.12, margin):.3f}")
    limit = parity.Params().max_flip_rate
    for rate in (0.001, 0.002, 0.003, 0.004, 0.005, limit, limit + 0.01):
        print(f"Parity, true flip rate {rate:.3f}, limit {limit}: {flip_pass_rate(rate, limit):.3f}")


def print_swaps(candidates: int) -> None:
    limit = fairness.Params().max_flip_rate
    for rate in (0.01, 0.02, 0.03, 0.04, 0.05, limit, limit + 0.01):
        passed = swap_pass_rate(rate, limit, nights=candidates)
        print(f"Identity swaps, true flip rate {rate:.2f}, limit {limit}: {passed:.3f}", flush=True)


def print_groups(candidates: int, limit: float = 0.05, groups: int = 20) -> None:
    """PASS, FAIL and INCONCLUSIVE of 20 groups."""
    for base in (0.85, 0.9, 0.95):
        alike = [base] * groups
        cases = {
            "equal": alike,
            "two 6 points apart": [base - 0.03, base + 0.03, *alike[2:]],
            "one 6 points worse": [base - 0.06, *alike[1:]],
            "one 10 points worse": [base - 0.1, *alike[1:]],
        }
        for size, (name, truths) in product((100, 400, 1600), cases.items()):
            found = judge_groups(draw_groups(truths, size, candidates), size, limit)
            shares = "  ".join(f"{outcome} {share:.3f}" for outcome, share in found.items())
            print(f"{groups} groups of {size:5d}, base {base}, {name:20s} {shares}", flush=True)
        print(
            f"  no test shows equal groups of 1,600 more often than {best_possible(base, 1600, limit):.3f}", flush=True
        )


def print_histories(histories: int, nights: int = 90) -> None:
    """Ninety nights in a row, with and without sharing the error among attempts."""
    print(f"Accuracy {KINDS @ CHANCES:.3f}, two models differ on {2 * KINDS @ (CHANCES * (1 - CHANCES)):.3f}")
    margin = anchor.MARGIN
    first = paired_pass_rate(0, 0.12, margin, ROWS, confidence_at(1))
    others = flip_pass_rate(0.001, parity.Params().max_flip_rate) * swap_pass_rate(
        0.03, fairness.Params().max_flip_rate
    )
    baseline = paired_pass_rate(0.01, 0.12, quality.Params().margin)
    print(f"Equal candidate, first attempt: {first:.3f}; with baseline, parity, swaps: {first * baseline * others:.3f}")
    for spending in (True, False):
        run = partial(live, nights=nights, histories=histories, margin=margin, spending=spending)
        released, _levels = run(lambda night, level: 0 * level)
        print(f"spending {spending}: equal, nights released {released.mean():.3f}, first {released[:, 0].mean():.3f}")
        for step in (0.001, 0.005):
            falling = run(lambda night, level, step=step: 0 * level + step * (night + 1))[1].max(axis=1)
            trying = run(lambda night, level, step=step: level + step)[1].max(axis=1)
            for name, worst in (("a night, whatever happens", falling), ("below the champion", trying)):
                at = [f"{bound}: {(worst >= bound - 1e-9).mean():.4f}" for bound in (0.02, 0.025, 0.05)]
                print(
                    f"  loses {step} {name}: mean {worst.mean():.4f}, 95 % below {np.quantile(worst, 0.95):.4f},", *at
                )
    for shared in (0.0, 0.5, 0.9):
        print(f"Drift, reference's share {shared}: false alarms {false_alarms(nights, histories, shared=shared):.4f}")


def print_suite(histories: int, nights: int = 90) -> None:
    """The whole default suite by the gates' own code and the journal's, with anchor, attempts and drift."""
    cases = {
        "equal": lambda night, lost: 0.0,
        "loses 0.1 a night": lambda night, lost: 0.001 * (night + 1),
        "0.1 below its champion": lambda night, lost: lost + 0.001,
        "loses 0.5 a night": lambda night, lost: 0.005 * (night + 1),
        "0.5 below its champion": lambda night, lost: lost + 0.005,
    }
    for name, loss in cases.items():
        found = live_by_gates(loss, nights, histories)
        worst = found.lost.max(axis=1)
        at = [f"{bound}: {(worst >= bound - 1e-9).mean():.3f}" for bound in (0.02, 2 * anchor.MARGIN)]
        shares = f"first {found.released[:, 0].mean():.3f}, all {found.released.mean():.3f}"
        alarmed = found.alarms.any(axis=1).mean()
        print(f"Suite, {name}: released {shares}; worst {worst.mean():.4f},", *at, f"alarms {alarmed:.3f}", flush=True)


def main() -> None:
    """Print the tables of docs/gates.md; with a second number, also so many histories by the gates' own code."""
    candidates = int(sys.argv[1]) if len(sys.argv) > 1 else 10_000
    if len(sys.argv) > 2:
        print_suite(int(sys.argv[2]))
    print_nightly()
    print_swaps(candidates)
    print_groups(candidates)
    print_histories(candidates)


if __name__ == "__main__":
    began = time.process_time()
    main()
    print(f"{time.process_time() - began:.0f} processor seconds", file=sys.stderr)
