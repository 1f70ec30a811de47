"""A gate to begin from: few answers are wrong and sure of it."""

from pydantic import Field

from daybreak.gates.base import GateParams
from daybreak.gates.decision import Finding, conclude
from daybreak.gates.statistics import clopper_pearson, rows_to_settle_share
from daybreak.records import Evidence, Verdict

EXAMPLES = 3


class Params(GateParams):
    """A mistake that the model is sure of is the one that people complain about."""

    max_share: float = Field(default=0.10, gt=0, le=1, description="share of test rows, 0..1")
    sure_from: float = Field(default=3.0, ge=0, description="logits: how far the first answer is ahead of the second")


def check(evidence: Evidence, params: Params) -> Verdict:
    """PASS if even the worse end of what is plausible keeps to the limit. Reads measurements, and runs no model."""
    import pandas as pd

    answers = pd.read_parquet(evidence.candidate.path / "predictions.parquet")
    logits = answers.filter(like="logit_").to_numpy().copy()
    logits.sort(axis=1)
    sure = logits[:, -1] - logits[:, -2] >= params.sure_from
    mistakes = answers[sure & (answers["predicted"] != answers["label"])]
    share = len(mistakes) / len(answers)
    finding = Finding(
        question="Wrong and sure of it",
        measured=share,
        limit=params.max_share,
        bounds=clopper_pearson(len(mistakes), len(answers)),
        samples=len(answers),
        rows_needed=rows_to_settle_share(share, params.max_share),
        remedy="Read these rows: either their labels are wrong, or rows like them are missing from the training data",
    )
    examples = mistakes[["id", "label", "predicted"]].astype(str).head(EXAMPLES).to_dict("records")
    return conclude("sure_mistakes", [finding], details={"examples": examples})
