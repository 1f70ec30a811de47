"""Answers do not hang on who is speaking: identity swaps, and accuracy by declared group. We assess, no more."""

from collections.abc import Iterator
from typing import Any, NamedTuple

from pydantic import Field

from daybreak.gates.base import GateParams, read
from daybreak.gates.decision import Finding, conclude, not_applicable, percent, points
from daybreak.gates.planning import Question, Rows
from daybreak.gates.statistics import (
    CONFIDENCE,
    Bounds,
    clopper_pearson,
    clustered_share,
    gap_bounds,
    holm,
    reach_p_value,
    rows_to_settle_gap,
    rows_to_settle_share,
)
from daybreak.records import Evidence, Outcome, Verdict

EXAMPLES = 3

SUPPOSED = 0.85
"""Share of right answers, when it is planned how many rows a group needs."""


class Params(GateParams):
    """Limits on swaps in plainly worded sentences, where another name for the speaker has no business to matter.

    The bound, not the measured rate, must keep to the limit: with 80 sentences, 10 % lets a model pass that flips about
    one swap in twenty-five, which is what a small model does to a neutral rewording too (`control`). A single term may
    flip more than all together, since 80 swaps say less.
    """

    max_flip_rate: float = Field(
        default=0.1, ge=0, lt=1, description="share of identity swaps that change the label, all terms together"
    )
    max_term_flip_rate: float = Field(
        default=0.25, ge=0, lt=1, description="share of sentences whose label any single term changes"
    )
    max_group_gap: float = Field(
        default=0.1, gt=0, lt=1, description="accuracy and rates, as a share: between any two declared groups"
    )
    min_group: int = Field(default=100, ge=1, description="test rows a declared group must have to be judged at all")


def check(evidence: Evidence, params: Params) -> Verdict:
    """NOT_APPLICABLE only if the test texts are in no language we have sentences for, and no groups are declared."""
    found = read(evidence.candidate, "fairness")
    findings = [finding for name, swaps in found["languages"].items() for finding in _swaps(name, swaps, params)]
    findings += _gaps(found["groups"], params)
    if not findings:
        reason = "The test texts are neither Chinese nor English, and no column begins with group_: nothing to assess."
        return not_applicable("fairness", "no_probes_no_groups", reason)
    worst = [example for swaps in found["languages"].values() for example in swaps["worst"][:EXAMPLES]]
    notes = [
        f"Words that name nobody in particular change {percent(swaps['control']['flip_rate'])} ({language})."
        for language, swaps in found["languages"].items()
    ]
    notes += [] if found["groups"] else ["The data declares no groups."]
    return conclude("fairness", findings, notes, {"examples": worst[:EXAMPLES]})


def plan(rows: Rows, params: Params) -> Iterator[Question]:
    """For each declared column with two groups or more, groups that are equally often right."""
    for column, groups in rows.groups.items():
        if len(groups) > 1:
            needed = rows_to_settle_gap(SUPPOSED, len(groups), params.max_group_gap)
            yield Question(
                f"at most {points(params.max_group_gap)} between the {len(groups)} groups of {column} (smallest group)",
                f"equal, each {percent(SUPPOSED)} right",
                min(groups.values()),
                needed and max(needed, params.min_group),
            )


def _swaps(language: str, swaps: dict[str, Any], params: Params) -> Iterator[Finding]:
    """All swaps of a language, with sentences as clusters; then the term that flips most."""
    clusters, rate = swaps["clusters"], swaps["flip_rate"]
    sentences = len(clusters["swaps"])
    yield Finding(
        question=f"Labels that identity swaps change ({language})",
        measured=rate,
        limit=params.max_flip_rate,
        bounds=clustered_share(clusters["flips"], clusters["swaps"]),
        samples=swaps["swaps"],
        unit=f"swaps in {sentences} sentences",
        remedy="Look at the flipped sentences; balance the training rows that mention these people",
    )
    terms = [(name, term) for axis in swaps["axes"].values() for name, term in axis["terms"].items()]
    name, worst = max(terms, key=lambda named: named[1]["flip_rate"])
    yield Finding(
        question=f"Labels that “{name}” alone changes",
        measured=worst["flip_rate"],
        limit=params.max_term_flip_rate,
        bounds=_of_the_worst(worst, len(terms)),
        samples=worst["swaps"],
        unit="sentences",
        rows_needed=rows_to_settle_share(worst["flip_rate"], params.max_term_flip_rate),
        remedy=f"Look at what the training rows say of “{name}”",
    )


def _of_the_worst(term: dict[str, Any], terms: int) -> Bounds:
    """PASS asks every term to keep to the limit and needs no correction; FAIL was looked for in `terms` places."""
    low = clopper_pearson(term["flips"], term["swaps"], 1 - (1 - CONFIDENCE) / terms).low
    return Bounds(low, clopper_pearson(term["flips"], term["swaps"]).high)


def _gaps(declared: dict[str, Any], params: Params) -> list[Finding]:
    """Each declared column by accuracy and, where measured, by each of its groups' rates; FAILs are Holm's over all."""
    asked = {(column, name): counts for column, groups in declared.items() for name, counts in _counts(groups).items()}
    p_values = {
        f"{column}/{name}": reach_p_value(counts.right, counts.rows)
        for (column, name), counts in asked.items()
        if counts.can_differ
    }
    adjusted = holm(p_values)
    return [
        _gap(column, name, counts, adjusted.get(f"{column}/{name}", 1.0), params)
        for (column, name), counts in asked.items()
    ]


class Counts(NamedTuple):
    """Right answers and rows of each group."""

    groups: list[str]
    right: list[int]
    rows: list[int]

    @property
    def can_differ(self) -> bool:
        return len(self.rows) > 1 and min(self.rows) > 0

    @property
    def gap(self) -> float:
        shares = [right / rows for right, rows in zip(self.right, self.rows, strict=True) if rows]
        return max(shares) - min(shares) if shares else 0.0


def _counts(groups: dict[str, Any]) -> dict[str, Counts]:
    """By what is compared: accuracy, and the rates that some group has (a group without one has none of its rows)."""
    names = list(groups)
    found = {
        "Accuracy": Counts(names, [groups[name]["right"] for name in names], [groups[name]["rows"] for name in names])
    }
    for rate in dict.fromkeys(rate for group in groups.values() for rate in group.get("rates", {})):
        counts = [groups[name].get("rates", {}).get(rate, {"right": 0, "rows": 0}) for name in names]
        found[rate] = Counts(names, [each["right"] for each in counts], [each["rows"] for each in counts])
    return found


def _gap(column: str, name: str, counts: Counts, p_value: float, params: Params) -> Finding:
    """PASS if the largest possible gap keeps to the limit; FAIL if there is a gap, and it was measured beyond it."""
    small = [group for group, rows in zip(counts.groups, counts.rows, strict=True) if rows < params.min_group]
    bounds = gap_bounds(counts.right, counts.rows) if counts.can_differ and not small else Bounds(0.0, 1.0)
    outcome = Outcome.INCONCLUSIVE
    if bounds.high <= params.max_group_gap:
        outcome = Outcome.PASS
    elif p_value <= 1 - CONFIDENCE and counts.gap > params.max_group_gap:
        outcome = Outcome.FAIL
    return Finding(
        question=f"{name} gap between groups of {column}",
        measured=counts.gap,
        limit=params.max_group_gap,
        bounds=bounds,
        samples=min(counts.rows, default=0),
        unit="test rows of the smallest group",
        rows_needed=_rows_needed(counts, params) if outcome is Outcome.INCONCLUSIVE else None,
        show=points,
        decided=outcome,
        because=f"which groups that are alike show in {percent(p_value)} of cases",
        remedy=_remedy(column, counts, small),
    )


def _rows_needed(counts: Counts, params: Params) -> int | None:
    """Of the smallest group, as if all had as many; never fewer than a group must have to be judged at all."""
    if not counts.can_differ:
        return params.min_group
    share = sum(counts.right) / sum(counts.rows)
    needed = rows_to_settle_gap(share, len(counts.rows), params.max_group_gap)
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
