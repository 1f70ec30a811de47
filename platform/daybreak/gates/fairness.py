"""Answers do not hang on who is speaking: identity swaps, and accuracy by declared group. We assess, no more."""

from collections.abc import Iterator
from typing import Any

from pydantic import Field

from daybreak.gates.base import GateParams, read
from daybreak.gates.decision import Finding, conclude, percent, points
from daybreak.gates.statistics import CONFIDENCE, Bounds, clopper_pearson, clustered_share, rows_to_settle_share, wilson
from daybreak.records import Evidence, Outcome, Verdict

EXAMPLES = 3


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
        default=0.1, gt=0, lt=1, description="accuracy, as a share: between any two declared groups"
    )
    min_group: int = Field(default=100, ge=1, description="test rows a declared group must have to be judged at all")


def check(evidence: Evidence, params: Params) -> Verdict:
    """NOT_APPLICABLE only if the test texts are in no language we have sentences for, and no groups are declared."""
    found = read(evidence.candidate, "fairness")
    findings = [finding for name, swaps in found["languages"].items() for finding in _swaps(name, swaps, params)]
    findings += [_gap(column, groups, params) for column, groups in found["groups"].items()]
    if not findings:
        reason = "The test texts are neither Chinese nor English, and no column begins with group_: nothing to assess."
        return Verdict(
            gate="fairness",
            outcome=Outcome.NOT_APPLICABLE,
            measured=None,
            limit=None,
            bound=None,
            samples=0,
            reason=reason,
            code="no_probes_no_groups",
        )
    worst = [example for swaps in found["languages"].values() for example in swaps["worst"][:EXAMPLES]]
    notes = [
        f"Words that name nobody in particular change {percent(swaps['control']['flip_rate'])} ({language})."
        for language, swaps in found["languages"].items()
    ]
    notes += [] if found["groups"] else ["The data declares no groups."]
    return conclude("fairness", findings, notes, {"examples": worst[:EXAMPLES]})


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


def _gap(column: str, groups: dict[str, Any], params: Params) -> Finding:
    """Between best and worst group, by simultaneous bounds on each; a group that is too small leaves it open."""
    each = 1 - (1 - CONFIDENCE) / (2 * len(groups))
    bounds = [wilson(group["right"], group["rows"], each) for group in groups.values()]
    shares = [group["accuracy"] for group in groups.values()]
    smallest = min(group["rows"] for group in groups.values())
    low = max(0.0, max(bound.low for bound in bounds) - min(bound.high for bound in bounds))
    high = max(bound.high for bound in bounds) - min(bound.low for bound in bounds)
    enough = smallest >= params.min_group
    return Finding(
        question=f"Accuracy gap between groups of {column}",
        measured=max(shares) - min(shares),
        limit=params.max_group_gap,
        bounds=Bounds(low, high if enough else 1.0),
        samples=smallest,
        unit="test rows of the smallest group",
        rows_needed=None if enough else params.min_group,
        show=points,
        remedy=f"Gather more rows of the weak groups of {column}",
    )
