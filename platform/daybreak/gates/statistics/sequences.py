"""The same question night after night: what patience and bad luck may cost altogether."""

from math import ceil, pi

from daybreak.gates.statistics.bounds import CONFIDENCE


def confidence_at(attempt: int, confidence: float = CONFIDENCE) -> float:
    """Confidence of the bound at the n-th attempt (from 1) since the last release, so that all together err 5 %.

    The n-th spends 6 / (pi n)^2 of the error, and these shares add up to 1 over any number of attempts: 3.0, 0.8, 0.3
    … % of 5 %. By Bonferroni's inequality that holds however alike the attempts are (test rows and data are shared).
    Raises ValueError for an attempt below 1.
    """
    if attempt < 1:
        raise ValueError(f"attempts are counted from 1, not {attempt}")
    return 1 - (1 - confidence) * 6 / (pi * attempt) ** 2


def alarm_level(nights: int, confidence: float = CONFIDENCE) -> float:
    """The p-value at which one of so many nights may raise an alarm, if all together may err 5 %.

    Bonferroni: nights compared with the same reference share its luck, which this survives and a product of evidence
    over the nights would not. Of one night's test it needs `permutations_for` permutations.
    """
    return (1 - confidence) / nights


def permutations_for(level: float) -> int:
    """The fewest permutations whose smallest p-value, 1 / (permutations + 1), reaches `level`."""
    return ceil(1 / level - 1e-9) - 1
