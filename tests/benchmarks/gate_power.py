"""How often the gates pass what they should, and what they should not: exact, by adding up all outcomes.

Run it with `python tests/benchmarks/gate_power.py`; docs/gates.md quotes its figures.
"""

import numpy as np
from scipy.optimize import brentq
from scipy.stats import binom, norm

from daybreak.gates import fairness, parity, quality
from daybreak.gates.statistics import CONFIDENCE, clopper_pearson, clustered_share, paired_score

ROWS = 1720
"""Of the sample's test split."""

DISCORDANT = (0.08, 0.10, 0.12, 0.14, 0.16)
"""Shares of test rows that exactly one of two models answers correctly; two trainings on the sample differ on 0.12."""

SENTENCES, TERMS = 80, 47


def paired_pass_rate(difference: float, discordant: float, margin: float, rows: int = ROWS) -> float:
    """Share of nights in which a candidate whose true accuracy differs by `difference` is found non-inferior."""
    z = float(norm.ppf(CONFIDENCE))
    total = 0.0
    for both in range(int(2 * rows * discordant) + 20):
        won = np.arange(both + 1)
        weight = binom.pmf(both, rows, discordant) * binom.pmf(won, both, (1 + difference / discordant) / 2)
        total += weight[paired_score(won, both - won, rows, -margin) >= z].sum()
    return float(total)


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


def main() -> None:
    """Print the tables of docs/gates.md."""
    print(f"Paired test on {ROWS} rows: share of nights that pass, by true difference (rows) and discordance (columns)")
    for margin in (0.02, 0.025, 0.03):
        for name, difference in (("at minus the margin", -margin), ("equal", 0.0), ("1 point better", 0.01)):
            found = [f"{paired_pass_rate(difference, share, margin):.3f}" for share in DISCORDANT]
            print(f"  margin {margin:.3f}  {name:20s}", *found)
    print("Margin for 90 % power:", *(f"{margin_for(0.9, share):.4f}" for share in DISCORDANT))
    print(f"Default margin: {quality.Params().margin}")
    limit = parity.Params().max_flip_rate
    for rate in (0.001, 0.002, 0.003, 0.004, 0.005, limit):
        print(f"Parity, true flip rate {rate:.3f}, limit {limit}: {flip_pass_rate(rate, limit):.3f}")
    limit = fairness.Params().max_flip_rate
    for rate in (0.01, 0.02, 0.03, 0.04, 0.05, limit):
        print(f"Identity swaps, true flip rate {rate:.2f}, limit {limit}: {swap_pass_rate(rate, limit):.3f}")


if __name__ == "__main__":
    main()
