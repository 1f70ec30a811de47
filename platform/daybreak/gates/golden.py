"""Every golden case holds: inputs whose answers the project has promised."""

from pydantic import Field

from daybreak.gates.base import GateParams, read
from daybreak.gates.decision import conclude, counted, not_applicable
from daybreak.records import Evidence, Verdict

EXAMPLES = 3


class Params(GateParams):
    """A golden case is a promise and no sample, so none may fail and there is no interval around the count."""

    max_failed: int = Field(default=0, ge=0, description="golden cases that may be answered otherwise")


def check(evidence: Evidence, params: Params) -> Verdict:
    """NOT_APPLICABLE only where data/golden/ holds no case that asks for a label."""
    found = read(evidence.candidate, "golden")
    if not found["cases"]:
        return not_applicable("golden", "no_golden_cases", "There is no case in data/golden/ that asks for a label.")
    failed = len(found["failed"])
    finding = counted(
        failed,
        params.max_failed,
        found["cases"],
        question="Golden cases that do not hold",
        unit="cases",
        show="{:,.0f}".format,
        remedy="Look at the cases that are named, and at training rows like them",
    )
    return conclude("golden", [finding], details={"examples": found["failed"][:EXAMPLES]})
