"""What judges the model was not in what it learned from."""

from typing import Any, Literal

from pydantic import Field

from daybreak.errors import DataError
from daybreak.gates.base import GateParams, read
from daybreak.gates.decision import Finding, conclude, counted
from daybreak.gates.statistics import Bounds
from daybreak.records import Evidence, Verdict

EXAMPLES = 3


class Params(GateParams):
    """Every item was compared with every training row, so the counts are no samples.

    Test rows never leak, since clusters of near-duplicates do not straddle splits. A benchmark's item may stand in
    bought data by the hundred: one in a hundred hardly moves a score, more makes it one of memory.
    """

    mode: Literal["block", "warn", "off"] = "warn"
    max_leaked: int = Field(default=0, ge=0, description="pairs of near-duplicate rows across splits")
    max_share: float = Field(default=0.01, ge=0, le=1, description="share of an evaluation set's items found in train")


def check(evidence: Evidence, params: Params) -> Verdict:
    """PASS if no pair leaks and no set is found in train beyond the limit; DataError if the split did not look."""
    found = read(evidence.candidate, "contamination")
    if found["leakage"] is None or found["sets"] is None:
        raise DataError("the split stage left no word on leakage", "data/split/leakage.json", "Run dvc repro")
    findings = [_leakage(found, params), *(_set(each, params) for each in found["sets"])]
    findings += [_unread(name, fault, params) for name, fault in found.get("unread", {}).items()]
    examples = [example for each in found["sets"] for example in each["examples"]]
    return conclude("contamination", findings, details={"examples": examples[:EXAMPLES]})


def _leakage(found: dict[str, Any], params: Params) -> Finding:
    pairs = found["leakage"]["pairs"]
    return counted(
        pairs,
        params.max_leaked,
        found["test_rows"],
        question="Near-duplicate rows across splits",
        show="{:,.0f}".format,
        remedy="Prepare the data again; dedupe.threshold says what a near-duplicate is",
    )


def _set(each: dict[str, Any], params: Params) -> Finding:
    share = each["found"] / max(1, each["rows"])
    return counted(
        share,
        params.max_share,
        each["rows"],
        question=f"Items of {each['set']} that stand in the training rows",
        unit="items",
        remedy="Take the rows that are named out of the sources",
    )


def _unread(name: str, fault: str, params: Params) -> Finding:
    """What could not be looked for may stand in the training rows, or not."""
    return Finding(
        question=f"Items of {name} that stand in the training rows",
        measured=0.0,
        limit=params.max_share,
        bounds=Bounds(0.0, 1.0),
        samples=0,
        unit="items",
        remedy=f"It cannot be read: {fault.rstrip('.')}",
    )
