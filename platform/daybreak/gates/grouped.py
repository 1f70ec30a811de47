"""Findings on declared groups: whether they are answered alike, and ranked alike. Used by the fairness gate."""

from collections.abc import Iterator, Mapping
from math import ceil, floor
from typing import Any, NamedTuple, Protocol

from daybreak.gates.decision import Finding, percent, points
from daybreak.gates.statistics import (
    CONFIDENCE,
    Bounds,
    gap_bounds,
    holm,
    reach_p_value,
    rows_to_settle_gap,
    rows_to_settle_share,
    wilson,
)
from daybreak.records import Outcome

EXAMPLES = 3
ACCURACY = "Accuracy"
KINDS = {
    "subgroup": "within the group",
    "bpsn": "of all others above the group, so it is scored too high",
    "bnsp": "of the group above all others, so it is scored too low",
}


class Limits(Protocol):
    """What the gate's params say of groups."""

    @property
    def max_group_gap(self) -> float: ...
    @property
    def max_rate_gap(self) -> float: ...
    @property
    def max_auc_loss(self) -> float: ...
    @property
    def min_group(self) -> int: ...


def gaps(declared: dict[str, Any], params: Limits) -> list[Finding]:
    """Each declared column by accuracy and, where measured, by each of its groups' rates; FAILs are Holm's over all."""
    asked = {
        (column, name): counts
        for column, groups in declared.items()
        for name, counts in _counts(groups).items()
        if _limit(name, params) < 1
    }
    p_values = {
        f"{column}/{name}": reach_p_value(*counts.seen)
        for (column, name), counts in asked.items()
        if len(counts.seen.rows) > 1
    }
    adjusted = holm(p_values)
    return [
        _gap(column, name, counts, adjusted.get(f"{column}/{name}", 1.0), params)
        for (column, name), counts in asked.items()
    ]


class Seen(NamedTuple):
    """Right answers and rows of groups."""

    right: list[int]
    rows: list[int]


class Counts(NamedTuple):
    """Right answers and rows of each group."""

    groups: list[str]
    right: list[int]
    rows: list[int]

    @property
    def seen(self) -> "Seen":
        """Of the groups that have rows."""
        having = [place for place, rows in enumerate(self.rows) if rows]
        return Seen([self.right[place] for place in having], [self.rows[place] for place in having])

    @property
    def can_be_alike(self) -> bool:
        """Whether there are two groups or more, and none without a row."""
        return len(self.rows) > 1 and min(self.rows) > 0

    @property
    def gap(self) -> float:
        shares = [right / rows for right, rows in zip(self.right, self.rows, strict=True) if rows]
        return max(shares) - min(shares) if shares else 0.0


def _counts(groups: dict[str, Any]) -> dict[str, Counts]:
    """By what is compared: accuracy, and the rates that some group has (a group without one has none of its rows)."""
    names = list(groups)
    found = {
        ACCURACY: Counts(names, [groups[name]["right"] for name in names], [groups[name]["rows"] for name in names])
    }
    for rate in dict.fromkeys(rate for group in groups.values() for rate in group.get("rates", {})):
        counts = [groups[name].get("rates", {}).get(rate, {"right": 0, "rows": 0}) for name in names]
        found[rate] = Counts(names, [each["right"] for each in counts], [each["rows"] for each in counts])
    return found


def _gap(column: str, name: str, counts: Counts, p_value: float, params: Limits) -> Finding:
    """PASS if the largest possible gap keeps to the limit; FAIL if there is a gap, and it was measured beyond it."""
    limit = _limit(name, params)
    small = [group for group, rows in zip(counts.groups, counts.rows, strict=True) if rows < params.min_group]
    bounds = gap_bounds(counts.right, counts.rows) if counts.can_be_alike and not small else Bounds(0.0, 1.0)
    outcome = Outcome.INCONCLUSIVE
    if bounds.high <= limit:
        outcome = Outcome.PASS
    elif p_value <= 1 - CONFIDENCE and counts.gap > limit:
        outcome = Outcome.FAIL
    return Finding(
        question=f"{name} gap between groups of {column}",
        measured=counts.gap,
        limit=limit,
        bounds=bounds,
        samples=min(counts.rows, default=0),
        unit=f"test rows of the {'smallest group' if name == ACCURACY else 'group that has fewest'}",
        rows_needed=_rows_needed(counts, limit, params) if outcome is Outcome.INCONCLUSIVE else None,
        show=points,
        decided=outcome,
        because=f"which groups that are alike show in {percent(p_value)} of cases",
        remedy=_remedy(column, counts, small),
    )


def _limit(name: str, params: Limits) -> float:
    return params.max_group_gap if name == ACCURACY else params.max_rate_gap


def _rows_needed(counts: Counts, limit: float, params: Limits) -> int | None:
    """Of the smallest group, as if all had as many; never fewer than a group must have to be judged at all."""
    if not counts.can_be_alike:
        return params.min_group
    share = sum(counts.right) / sum(counts.rows)
    needed = rows_to_settle_gap(share, len(counts.rows), limit)
    return needed and max(needed, params.min_group)


def _remedy(column: str, counts: Counts, small: list[str]) -> str:
    if len(counts.groups) < 2:
        return f"The column {column} names fewer than two groups, so there is nothing to compare: fill it, or drop it"
    if small:
        named = ", ".join(small[:EXAMPLES]) + (" …" if len(small) > EXAMPLES else "")
        return (
            f"{len(small)} of {len(counts.groups)} groups of {column} have too few rows ({named}): gather or join them"
        )
    return f"Gather more rows of the weak groups of {column}"


class Cell(NamedTuple):
    """One AUC of one group of that size: `lost` below that of all rows, `rows` of the rarer side of its pairs."""

    group: str
    label: str
    kind: str
    auc: float
    whole: float
    rows: int
    size: int
    is_small: bool

    @property
    def lost(self) -> float:
        return self.whole - self.auc

    def bounds(self, cells: int) -> Bounds:
        """PASS asks every cell to keep to the limit and needs no correction; FAIL was looked for in `cells` places.

        As of a share of as many rows as its rarer side has: no scores vary more (Birnbaum and Klose 1957). The AUC of
        all rows, which are many more, counts as known.
        """
        if not self.rows:
            return Bounds(0.0, 1.0)
        high = wilson(ceil(self.auc * self.rows), self.rows, 1 - (1 - CONFIDENCE) / cells).high
        low = wilson(floor(self.auc * self.rows), self.rows).low
        return Bounds(self.whole - high, 1.0 if self.is_small else self.whole - low)


def rankings(declared: Mapping[str, Any], whole: Mapping[str, Any] | None, params: Limits) -> Iterator[Finding]:
    """Each declared column by the AUC that loses most: within a group, or of it against all others."""
    aucs = (whole or {}).get("auc", {})
    for column, groups in declared.items():
        cells = [cell for name, group in groups.items() for cell in _cells(name, group, aucs, params)]
        if cells and params.max_auc_loss < 1:
            yield _ranking(column, cells, params)


def _cells(name: str, group: Mapping[str, Any], whole: Mapping[str, Any], params: Limits) -> Iterator[Cell]:
    for label, kinds in group.get("auc", {}).items():
        for kind, found in kinds.items():
            known = found["auc"] is not None and whole[label]["auc"] is not None
            yield Cell(
                group=name,
                label=label,
                kind=kind,
                auc=found["auc"] if known else 0.0,
                whole=whole[label]["auc"] if known else 0.0,
                rows=min(found["positives"], found["negatives"]) if known else 0,
                size=group["rows"],
                is_small=group["rows"] < params.min_group,
            )


def _ranking(column: str, cells: list[Cell], params: Limits) -> Finding:
    every = [cell.bounds(len(cells)) for cell in cells]
    bounds = Bounds(max(each.low for each in every), max(each.high for each in every))
    failing = bounds.low > params.max_auc_loss
    _, worst = max(
        zip(every, cells, strict=True),
        key=lambda pair: (pair[0].low if failing else pair[0].high, -pair[1].size),
    )
    return Finding(
        question=f"AUC of “{worst.label}” that {worst.group} ({column}) loses, {KINDS[worst.kind]}",
        measured=worst.lost,
        limit=params.max_auc_loss,
        bounds=bounds,
        samples=worst.rows,
        unit="rows of the rarer side",
        rows_needed=_rows_to_rank(worst, params),
        show="{:+.3f}".format,
        remedy=f"Gather more rows of {worst.group} under every label",
    )


def _rows_to_rank(cell: Cell, params: Limits) -> int | None:
    if not cell.rows:
        return params.min_group
    needed = rows_to_settle_share(cell.auc, cell.whole - params.max_auc_loss)
    return needed and max(needed, params.min_group if cell.is_small else 0)
