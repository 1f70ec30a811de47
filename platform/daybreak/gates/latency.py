"""The artifact answers one text in time, on the kind of machine that judged it."""

from pydantic import Field

from daybreak.gates.base import GateParams, read
from daybreak.gates.decision import Finding, conclude
from daybreak.gates.statistics import quantile_bounds
from daybreak.records import Evidence, Verdict


class Params(GateParams):
    """A service that answers people within 200 ms can give a quarter of that to the model.

    One thread, one text at a time, tokenising included. The sample's model needs a few milliseconds, a MiniLM about
    twenty; so the default stops a model that is too large for a CPU and not one that met a busy machine.
    """

    max_ms_p95: float = Field(default=50.0, gt=0, description="milliseconds: 95th percentile of single answers")


def check(evidence: Evidence, params: Params) -> Verdict:
    """PASS only if the distribution-free bound on the 95th percentile is within the limit."""
    found = read(evidence.candidate, "latency")
    single = found["batches"]["1"]
    finding = Finding(
        question=f"95th percentile of the time for one {found.get('unit', 'text')}",
        measured=single["p95"],
        limit=params.max_ms_p95,
        bounds=quantile_bounds(single["milliseconds"], 0.95),
        samples=len(single["milliseconds"]),
        unit="timed tokens" if found.get("unit") == "token" else "timed answers",
        show="{:.1f} ms".format,
        remedy="Measure on an idle machine, train a smaller model, or raise gates.latency.max_ms_p95",
    )
    several = {f"batch_{size}": each["p95"] for size, each in found["batches"].items() if size != "1"}
    return conclude("latency", [finding], details={"threads": found["threads"], **several})
