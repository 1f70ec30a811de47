"""Good enough in itself, and no worse than the champion and the TF-IDF baseline on the same rows."""

from pathlib import Path
from typing import Any

from pydantic import Field

from daybreak.errors import DataError
from daybreak.gates.base import GateParams, read
from daybreak.gates.decision import Finding, conclude, points
from daybreak.gates.statistics import (
    clopper_pearson,
    paired_difference,
    rows_to_settle_difference,
    rows_to_settle_share,
)
from daybreak.records import DatasetRef, Evidence, Measurements, Verdict

EXAMPLES = 3


class Params(GateParams):
    """Why these limits: docs/gates.md has the power of the paired test at the sample's size.

    A margin is the loss one is ready to overlook in one night; the smaller it is, the more often a model that is as
    good as the champion is held back for want of rows. The floor only keeps out what nobody would want to serve.
    """

    margin: float = Field(
        default=0.025,
        gt=0,
        lt=1,
        description="share of test rows: accuracy that may be lost against champion or baseline",
    )
    min_accuracy: float = Field(
        default=0.7, ge=0, lt=1, description="share of test rows answered correctly, at the least"
    )


def check(evidence: Evidence, params: Params) -> Verdict:
    """PASS only if accuracy clears the floor and the paired differences clear minus the margin, each at its bound."""
    ours = _read(evidence.candidate.path / "predictions.parquet")
    findings = [_floor(ours, params)]
    notes, details = [], {}
    reference = _champion(evidence)
    if isinstance(reference, str):
        notes.append(reference)
    else:
        findings.append(_compared(ours, reference, "champion", params))
        details["examples"] = _broken(evidence, ours, reference)
    baseline = _read(evidence.candidate.path / "baseline.parquet")
    findings.append(_compared(ours, baseline, "TF-IDF baseline", params))
    return conclude("quality", findings, notes, details)


def _floor(ours: Any, params: Params) -> Finding:
    right, rows = int(ours["right"].sum()), len(ours)
    return Finding(
        question="Accuracy",
        measured=right / rows,
        limit=params.min_accuracy,
        bounds=clopper_pearson(right, rows),
        samples=rows,
        direction="at least",
        rows_needed=rows_to_settle_share(right / rows, params.min_accuracy),
        remedy="Train longer, on more or cleaner rows, or lower gates.quality.min_accuracy",
    )


def _champion(evidence: Evidence) -> Any:
    """The champion's answers, or why there is nothing to compare with."""
    champion = evidence.champion
    if champion is None:
        return "There is no champion yet to compare with."
    if champion.artifact_sha256 == evidence.candidate.artifact_sha256:
        return "The candidate is the champion, file for file."
    if champion.dataset_digest != evidence.candidate.dataset_digest:
        raise DataError("the champion was measured on another data version", "the candidate's", "Measure it again")
    if labels := _other_labels(champion, evidence.dataset):
        return f"The champion answers other labels ({', '.join(labels)}), so it cannot be compared."
    return _read(champion.path / "predictions.parquet")


def _other_labels(champion: Measurements, dataset: DatasetRef) -> list[str]:
    """The rule by which the comparison is not applicable: the champion gave no answers, since its labels are others."""
    if (champion.path / "predictions.parquet").exists():
        return []
    stated = read(champion, "predictions")
    labels = [str(label) for label in stated.get("labels", ())]
    return labels if "not_comparable" in stated and sorted(labels) != sorted(dataset.labels) else []


def _compared(ours: Any, theirs: Any, name: str, params: Params) -> Finding:
    """Non-inferiority on the same rows: both must have answered exactly the same ids under the same labels."""
    both = ours.merge(theirs, how="outer", left_index=True, right_index=True, suffixes=("", "_theirs"))
    if both.isna().any(axis=None) or not both["label"].equals(both["label_theirs"]):
        raise DataError(f"candidate and {name} answered different rows", "the same test rows", "Measure both again")
    won = int((both["right"] & ~both["right_theirs"].astype(bool)).sum())
    lost = int((~both["right"].astype(bool) & both["right_theirs"]).sum())
    return Finding(
        question=f"Accuracy against the {name}",
        measured=(won - lost) / len(both),
        limit=-params.margin,
        bounds=paired_difference(won, lost, len(both)),
        samples=len(both),
        direction="at least",
        rows_needed=rows_to_settle_difference(won, lost, len(both), -params.margin),
        show=points,
        remedy=f"It fixes {won} answers and breaks {lost}: look at the broken ones, then at data and training",
    )


def _broken(evidence: Evidence, ours: Any, theirs: Any) -> list[dict[str, str]]:
    """Texts that the champion had right and the candidate has wrong, those it is surest of first."""
    import numpy as np
    import pandas as pd

    ordered = np.sort(ours.filter(like="logit_").to_numpy(), axis=1)
    margin = pd.Series(ordered[:, -1] - ordered[:, -2], index=ours.index)
    broken = margin[theirs["right"].reindex(ours.index) & ~ours["right"]].nlargest(EXAMPLES)
    test = pd.read_parquet(evidence.dataset.split("test"), columns=["id", "text"]).set_index("id")["text"]
    return [
        {"text": str(test[row]), "label": str(ours.loc[row, "label"]), "predicted": str(ours.loc[row, "predicted"])}
        for row in broken.index
    ]


def _read(path: Path) -> Any:
    """Answers by id with a column `right`; DataError if there are none."""
    import pandas as pd

    try:
        answers = pd.read_parquet(path).set_index("id").sort_index()
    except (FileNotFoundError, KeyError) as error:
        raise DataError(f"{path.name} cannot be read: {error}", "id, label and predicted", "Measure again") from None
    if answers.empty:
        raise DataError(f"{path.name} has no rows", "one for each test row", "Measure again")
    return answers.assign(right=answers["label"] == answers["predicted"])
