"""The artifact is as often right as it is sure."""

from typing import Literal

from pydantic import Field

from daybreak.gates.base import GateParams, read
from daybreak.gates.decision import Finding, conclude, points
from daybreak.gates.statistics import CONFIDENCE, Bounds
from daybreak.records import Evidence, Verdict

RECIPES = ("classify",)


class Params(GateParams):
    """Warns: who only takes the most probable label does not feel it, who acts on probabilities does.

    Ten points means that of answers given with 90 % only 80 % hold. Label smoothing, which training uses, makes a model
    modest by a few points.
    """

    mode: Literal["block", "warn", "off"] = "warn"
    max_error: float = Field(
        default=0.1, gt=0, lt=1, description="share: mean gap of confidence and accuracy, less what chance alone makes"
    )


def check(evidence: Evidence, params: Params) -> Verdict:
    """PASS only if the upper bootstrap bound is within the limit.

    What answers without any fault would show is taken off the lower bound only: near the limit it is no surplus.
    """
    import numpy as np

    found = read(evidence.candidate, "calibration")
    low, high = np.quantile(found["resampled"], [1 - CONFIDENCE, CONFIDENCE])
    finding = Finding(
        question="Gap between how sure and how often right",
        measured=max(0.0, found["error"] - found["perfect"]),
        limit=params.max_error,
        bounds=Bounds(max(0.0, float(low) - found["perfect"]), float(high)),
        samples=found["rows"],
        show=points,
        remedy="Look at the bins; less label smoothing or more training rows change it",
    )
    return conclude("calibration", [finding], details={"bins": found["bins"], "brier": found["brier"]})
