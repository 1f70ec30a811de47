"""The anchor: the best champion since a person last accepted one, so that small losses cannot add up."""

from daybreak.gates.comparing import Pair
from daybreak.gates.decision import Finding, points
from daybreak.gates.statistics import (
    Bounds,
    better_p_value,
    confidence_at,
    paired_difference,
    rows_to_settle_difference,
)
from daybreak.records import AnchorChange, Outcome

MARGIN = 0.024
"""Share of rows, at which a process that loses half a point every night is stopped before two points in 95 %
of histories, while 83 % of equal candidates pass at their first attempt (1,702 rows; docs/gates.md has both)."""

ACCEPT = "let a person accept today's level with daybreak model promote VERSION --override --by NAME --reason TEXT"


def against_anchor(
    met: Pair, *, margin: float = MARGIN, attempt: int = 1, unit: str = "rows of the release set", name: str = "anchor"
) -> Finding:
    """Is the candidate non-inferior to the anchor, at its n-th `attempt` since the last release?

    `margin` is a share of rows, `name` the champion where that is the anchor. Attempts share one error of 5 %
    (`confidence_at`), or patience would let anything through.
    """
    won, lost, rows = met
    again = f" (attempt {attempt} since the last release)" if attempt > 1 else ""
    return Finding(
        question=f"Accuracy against the {name}{again}",
        measured=(won - lost) / max(1, rows),
        limit=-margin,
        bounds=paired_difference(won, lost, rows, confidence_at(attempt)),
        samples=rows,
        unit=unit,
        direction="at least",
        rows_needed=rows_to_settle_difference(won, lost, rows, -margin, confidence_at(attempt)),
        show=points,
        remedy=f"It fixes {won} answers of the best champion so far and breaks {lost}: look at the broken ones, or "
        + ACCEPT,
    )


def against_champion(met: Pair, *, unit: str) -> Finding:
    """Is the candidate significantly worse than a champion that is not the anchor? FAIL if it is, else PASS."""
    won, lost, rows = met
    bounds = paired_difference(won, lost, rows)
    worse = bounds.high < 0
    return Finding(
        question="Accuracy against the champion",
        measured=(won - lost) / max(1, rows),
        limit=0.0,
        bounds=bounds,
        samples=rows,
        unit=unit,
        direction="at least",
        show=points,
        decided=(Outcome.FAIL if worse else Outcome.PASS) if rows else Outcome.INCONCLUSIVE,
        because=f"at best {points(bounds.high)}",
        asked="no loss that chance does not explain is asked",
        remedy=f"It fixes {won} answers of the champion and breaks {lost}: look at the broken ones, or {ACCEPT}",
    )


def missing(version: int, margin: float) -> Finding:
    """The anchor has to be compared with, and its files are gone."""
    return Finding(
        question=f"Accuracy against the anchor, version {version}, whose files are gone",
        measured=0.0,
        limit=-margin,
        bounds=Bounds(-1.0, 1.0),
        samples=0,
        direction="at least",
        show=points,
        remedy=f"Bring its files back from a backup, or {ACCEPT}",
    )


def change(met: Pair, comparison: int) -> AnchorChange:
    """What the release of a model that was so compared makes of the anchor."""
    return "raised" if becomes_anchor(met.won, met.lost, comparison) else "kept"


def becomes_anchor(won: int, lost: int, comparison: int) -> bool:
    """Is a released model shown to be better than the anchor, at the n-th `comparison` with this anchor (from 1)?

    By McNemar's exact test, and all comparisons together err at most 5 %: the one that merely looks best of ninety
    equal champions owes that to luck on these very rows, and would hold back its equals from then on.
    """
    return better_p_value(won, lost) <= 1 - confidence_at(comparison)
