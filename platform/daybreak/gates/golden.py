"""Every golden case holds: inputs whose answers the project has promised."""

from typing import Any

from pydantic import Field

from daybreak.gates.base import GateParams, read
from daybreak.gates.decision import Finding, conclude, counted, not_applicable
from daybreak.gates.statistics import Bounds
from daybreak.records import Evidence, Verdict

EXAMPLES = 3


class Params(GateParams):
    """A golden case is a promise and no sample, so none may fail and there is no interval around the count."""

    max_failed: int = Field(default=0, ge=0, description="golden cases that may be answered otherwise")


def check(evidence: Evidence, params: Params) -> Verdict:
    """PASS only if every case was asked and held; NOT_APPLICABLE only where data/golden/ holds no case."""
    found = read(evidence.candidate, "golden")
    if not found["cases"] and not found["not_asked"]:
        return not_applicable("golden", "no_golden_cases", "There is no case in data/golden/.")
    findings = [_failed(found, params)] if found["cases"] else []
    findings += [_unasked(found)] if found["not_asked"] else []
    return conclude("golden", findings, details={"examples": found["failed"][:EXAMPLES]})


def _failed(found: dict[str, Any], params: Params) -> Finding:
    failed = len(found["failed"])
    return counted(
        failed,
        params.max_failed,
        found["cases"],
        question="Golden cases that do not hold",
        unit="cases",
        show="{:,.0f}".format,
        remedy="Look at the cases that are named, and at training rows like them",
    )


def _unasked(found: dict[str, Any]) -> Finding:
    """A promise that nobody looked at is no promise kept."""
    some, many = ", ".join(found.get("unasked", [])[:EXAMPLES]), found["not_asked"]
    return Finding(
        question="Golden cases that this kind of model cannot be asked" + (f" ({some})" if some else ""),
        measured=many,
        limit=0,
        bounds=Bounds(0, many),
        samples=found["cases"] + many,
        unit="cases",
        show="{:,.0f}".format,
        remedy="A classifier is asked for one label, a model that writes for words: write them so, or take them out",
    )
