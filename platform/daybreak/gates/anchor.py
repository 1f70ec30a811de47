"""The anchor: the best champion since a person last reset it, so that small losses cannot add up night after night."""

from daybreak.gates.decision import Finding, points
from daybreak.gates.statistics import (
    better_p_value,
    confidence_at,
    paired_difference,
    rows_to_settle_difference,
)

MARGIN = 0.024
"""Share of rows, at which a process that loses half a point every night is stopped before two points in 95 %
of histories, while 83 % of equal candidates pass at their first attempt (1,702 rows; docs/gates.md has both)."""


def against_anchor(
    won: int, lost: int, rows: int, *, margin: float = MARGIN, attempt: int = 1, unit: str = "rows of the release set"
) -> Finding:
    """Is the candidate non-inferior to the anchor on the release set, at its n-th `attempt` since the last release?

    `won` rows the candidate alone had right, `lost` rows the anchor alone, of `rows` that both answered; `margin` is a
    share of rows. Attempts share one error of 5 % (`confidence_at`), or patience would let anything through.
    """
    confidence = confidence_at(attempt)
    again = f" (attempt {attempt} since the last release)" if attempt > 1 else ""
    return Finding(
        question=f"Accuracy against the anchor{again}",
        measured=(won - lost) / max(1, rows),
        limit=-margin,
        bounds=paired_difference(won, lost, rows, confidence),
        samples=rows,
        unit=unit,
        direction="at least",
        rows_needed=rows_to_settle_difference(won, lost, rows, -margin),
        show=points,
        remedy=f"It fixes {won} answers of the best champion so far and breaks {lost}: look at the broken ones, or let "
        "a person accept today's level by resetting the anchor",
    )


def becomes_anchor(won: int, lost: int, comparison: int) -> bool:
    """Is a released model shown to be better than the anchor, at the n-th `comparison` with this anchor (from 1)?

    By McNemar's exact test, and all comparisons together err at most 5 %: the one that merely looks best of ninety
    equal champions owes that to luck on these very rows, and would hold back its equals from then on.
    """
    return better_p_value(won, lost) <= 1 - confidence_at(comparison)
