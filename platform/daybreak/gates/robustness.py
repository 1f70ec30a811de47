"""Typing errors, other words, other signs for the same: the answers hold."""

from collections.abc import Mapping
from typing import Any, Literal

from pydantic import Field

from daybreak.gates.base import GateParams, read
from daybreak.gates.decision import Finding, conclude, points
from daybreak.gates.statistics import CONFIDENCE, Bounds, paired_difference, rows_to_settle_difference
from daybreak.records import Evidence, Verdict

EXAMPLES = 3
RECIPES = ("classify",)


class Params(GateParams):
    """Warns: how much noise a model must bear hangs on who writes to it.

    A tenth of the signs of a text is a text that was written in a hurry; a model that loses one answer in ten to it
    reads signs and not sentences.
    """

    mode: Literal["block", "warn", "off"] = "warn"
    max_loss: float = Field(
        default=0.1, gt=0, lt=1, description="accuracy, as a share: lost on rows that were disturbed in one way"
    )
    judged_from: int = Field(default=100, ge=1, description="rows that a way must have changed to be judged")


def check(evidence: Evidence, params: Params) -> Verdict:
    """PASS only if for each way the bound on the paired loss is within the limit; a way that changes little is told."""
    found = read(evidence.candidate, "robustness")
    asked = {name: way for name, way in found["ways"].items() if way["rows"] >= params.judged_from}
    more = found.get("most", found["rows"]) / max(1, found["rows"])
    findings = [_finding(name, way, len(asked), round(way["rows"] * more), params) for name, way in asked.items()]
    few = [name for name in found["ways"] if name not in asked]
    notes = [f"Too few rows that these would change: {', '.join(few)}."] if few else []
    if not findings:
        findings = [_nothing_to_ask(found, params)]
    examples = [example for way in asked.values() for example in way["examples"]]
    return conclude("robustness", findings, notes, {"examples": examples[:EXAMPLES], "ways": found["ways"]})


def _finding(name: str, way: Mapping[str, Any], ways: int, most: int, params: Params) -> Finding:
    """PASS asks every way to keep to the limit; FAIL was looked for in so many places, so there the bound is wider.

    However many test rows there are, about `most` would be disturbed like this: no number beyond it is asked for.
    """
    needed = rows_to_settle_difference(way["won"], way["lost"], way["rows"], -params.max_loss)
    remedy = "Train with split.augment, or on rows that are written like that"
    if needed is None or needed > most:
        needed, remedy = None, f"More test rows settle nothing, since about {most:,} are disturbed at most. {remedy}"
    worst = paired_difference(way["won"], way["lost"], way["rows"], 1 - (1 - CONFIDENCE) / ways)
    return Finding(
        question=f"Accuracy under {name.replace('_', ' ')}",
        measured=(way["won"] - way["lost"]) / way["rows"],
        limit=-params.max_loss,
        bounds=Bounds(paired_difference(way["won"], way["lost"], way["rows"]).low, worst.high),
        samples=way["rows"],
        direction="at least",
        rows_needed=needed,
        show=points,
        remedy=remedy,
    )


def _nothing_to_ask(found: Mapping[str, Any], params: Params) -> Finding:
    return Finding(
        question="Accuracy on disturbed rows",
        measured=0.0,
        limit=-params.max_loss,
        bounds=Bounds(-1.0, 1.0),
        samples=found["rows"],
        direction="at least",
        rows_needed=min(params.judged_from, found.get("most", params.judged_from)),
        show=points,
        remedy="Gather more test rows",
    )
