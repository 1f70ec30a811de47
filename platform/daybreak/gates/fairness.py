"""Answers do not hang on who is speaking: identity swaps, and accuracy by declared group. We assess, no more."""

from collections.abc import Iterator
from typing import Any

from pydantic import Field

from daybreak.gates.base import GateParams, read
from daybreak.gates.decision import Finding, conclude, not_applicable, percent, points
from daybreak.gates.grouped import gaps, rankings
from daybreak.gates.planning import Question, Rows
from daybreak.gates.statistics import (
    CONFIDENCE,
    Bounds,
    clopper_pearson,
    clustered_share,
    rows_to_settle_gap,
    rows_to_settle_share,
)
from daybreak.records import Evidence, Verdict

EXAMPLES = 3

SUPPOSED = 0.85
"""Share of right answers, when it is planned how many rows a group needs."""
RECIPES = ("classify",)


class Params(GateParams):
    """Limits on swaps in plainly worded sentences, where another name for the speaker has no business to matter.

    A recall rests on about half of a group's rows, so its gap may be half as large again as that of accuracy. A group's
    AUC is asked within the group and against all others, where a threshold of its own would hide that its rows are
    scored too high or too low.

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
        default=0.1, gt=0, lt=1, description="accuracy, as a share: between any two declared groups"
    )
    max_rate_gap: float = Field(
        default=0.15, gt=0, le=1, description="recall of a label, as a share: between any two groups; 1 only tells"
    )
    max_auc_loss: float = Field(
        default=0.1, gt=0, le=1, description="AUC of any group, alone or against all others, below that of all rows"
    )
    min_group: int = Field(default=100, ge=1, description="rows a declared group must have to be judged at all")


def check(evidence: Evidence, params: Params) -> Verdict:
    """NOT_APPLICABLE only if the test texts are in no language we have sentences for, and no groups are declared."""
    found = read(evidence.candidate, "fairness")
    findings = [finding for name, swaps in found["languages"].items() for finding in _swaps(name, swaps, params)]
    findings += [*gaps(found["groups"], params), *rankings(found["groups"], found.get("all"), params)]
    if not findings:
        reason = "The test texts are neither Chinese nor English, and ingest.slice_columns declares no groups."
        return not_applicable("fairness", "no_probes_no_groups", reason)
    worst = [example for swaps in found["languages"].values() for example in swaps["worst"][:EXAMPLES]]
    notes = [
        f"Words that name nobody in particular change {percent(swaps['control']['flip_rate'])} ({language})."
        for language, swaps in found["languages"].items()
    ]
    notes += [_shifted(name, swaps) for name, swaps in found["languages"].items() if "mean_shift" in swaps]
    notes += [] if found["groups"] else ["The data declares no groups."]
    return conclude("fairness", findings, notes, {"examples": worst[:EXAMPLES]})


def plan(rows: Rows, params: Params) -> Iterator[Question]:
    """For each declared column with two groups or more, groups that are equally often right, in all and by label."""
    for column, groups in rows.groups.items():
        if len(groups) > 1:
            needed = rows_to_settle_gap(SUPPOSED, len(groups), params.max_group_gap)
            yield Question(
                f"at most {points(params.max_group_gap)} between the {len(groups)} groups of {column} (smallest group)",
                f"equal, each {percent(SUPPOSED)} right",
                min(groups.values()),
                needed and max(needed, params.min_group),
            )
            if params.max_rate_gap < 1:
                needed = rows_to_settle_gap(SUPPOSED, len(groups), params.max_rate_gap)
                yield Question(
                    f"at most {points(params.max_rate_gap)} between their recalls of a label (rarest in any group)",
                    f"equal, each {percent(SUPPOSED)} recognised",
                    rows.rarest.get(column, 0),
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


def _shifted(language: str, swaps: dict[str, Any]) -> str:
    most = swaps["most_shifted"]
    moved = f"Identity swaps move a label's probability by {percent(swaps['mean_shift'])} on average"
    return f"{moved}, most for “{most['term']}”: {percent(most['mean_shift'])} ({language})."


def _of_the_worst(term: dict[str, Any], terms: int) -> Bounds:
    """PASS asks every term to keep to the limit and needs no correction; FAIL was looked for in `terms` places."""
    low = clopper_pearson(term["flips"], term["swaps"], 1 - (1 - CONFIDENCE) / terms).low
    return Bounds(low, clopper_pearson(term["flips"], term["swaps"]).high)
