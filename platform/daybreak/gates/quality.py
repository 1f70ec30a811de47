"""Good enough in itself and for critical labels, no worse than champion and TF-IDF baseline on the same rows."""

from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Any, NamedTuple

from pydantic import Field

from daybreak.errors import DataError
from daybreak.gates.base import GateParams, read
from daybreak.gates.decision import Finding, conclude, percent, points
from daybreak.gates.planning import DISCORDANT, Question, Rows
from daybreak.gates.statistics import (
    clopper_pearson,
    paired_difference,
    rows_to_settle_difference,
    rows_to_settle_share,
)
from daybreak.records import DatasetRef, Evidence, Measurements, Verdict

EXAMPLES = 3
CLEARANCE = 0.05
TRIED = 100_000


class Params(GateParams):
    """Why these limits: docs/gates.md has the power of the paired test at the sample's size.

    A margin is the loss one is ready to overlook in one night; the smaller it is, the more often a model that is as
    good as the champion is held back for want of rows. The floor only keeps out what nobody would want to serve.
    `critical` names the labels that must not be missed, such as {urgent: 0.9}.
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
    critical: dict[str, Annotated[float, Field(gt=0, lt=1)]] = Field(
        default={}, description="by label: share of its test rows that are recognised, at the least"
    )


def check(evidence: Evidence, params: Params) -> Verdict:
    """PASS only if accuracy and critical labels clear their floors and the paired differences clear minus the margin,
    each at its bound.

    Floors and champion are asked on the frozen release set where there is one, the baseline on the test split.
    """
    judged = _judged(evidence)
    ours = _read(evidence.candidate.path / judged.table)
    findings = [_floor(ours, judged, params), *_critical(ours, judged, params)]
    details: dict[str, Any] = {}
    reference = _champion(evidence, judged)
    if reference.answers is not None:
        asked = ours[ours["label"].isin(reference.series["shared"])] if reference.series else ours
        findings.append(_compared(asked, reference.answers, "champion", judged, params))
        details["examples"] = _broken(asked, reference.answers, judged.texts(evidence))
    test = _read(evidence.candidate.path / TEST.table)
    baseline = _read(evidence.candidate.path / "baseline.parquet")
    findings.append(_compared(test, baseline, "TF-IDF baseline", TEST, params))
    if reference.series:
        details["series"] = reference.series
    verdict = conclude("quality", findings, [reference.note] if reference.note else [], details)
    return verdict.model_copy(update={"code": "new_series"}) if reference.series else verdict


def plan(rows: Rows, params: Params) -> Iterator[Question]:
    """Floors, for a candidate that clears them by five points, and the comparison with a champion that is as good."""
    better = min(0.999, params.min_accuracy + CLEARANCE)
    needed = rows_to_settle_share(better, params.min_accuracy)
    yield Question(f"accuracy of at least {percent(params.min_accuracy)}", percent(better), rows.judging, needed)
    lost = round(DISCORDANT / 2 * TRIED)
    needed = rows_to_settle_difference(lost, lost, TRIED, -params.margin)
    equal = f"equal, {percent(DISCORDANT)} of the rows answered differently"
    yield Question(f"at most {percent(params.margin)} lost against the champion", equal, rows.judging, needed)
    for label, floor in params.critical.items():
        better = min(0.999, floor + CLEARANCE)
        needed = rows_to_settle_share(better, floor)
        question = f"at least {percent(floor)} of “{label}” recognised"
        yield Question(question, percent(better), rows.labels.get(label, 0), needed)


class Judged(NamedTuple):
    """The rows that judge: where their answers are, and what they are called."""

    table: str
    unit: str

    def texts(self, evidence: Evidence) -> Any:
        """Text by id."""
        import pandas as pd

        if self is TEST:
            rows = pd.read_parquet(evidence.dataset.split("test"), columns=["id", "text"])
        else:
            rows = pd.read_json(evidence.dataset.path / "release/rows.jsonl", lines=True, dtype={"id": str})
        return rows.set_index("id")["text"]


TEST = Judged("predictions.parquet", "test rows")
RELEASE = Judged("release_set.parquet", "rows of the release set")


def _judged(evidence: Evidence) -> Judged:
    """The release set where the candidate answered one; DataError if the champion answered another."""
    frozen = [read(side, "release_set")["digest"] for side in (evidence.candidate, evidence.champion) if side]
    if len(set(frozen)) > 1:
        raise DataError("candidate and champion answered different release sets", "the same", "Measure both again")
    return RELEASE if frozen[0] else TEST


def _critical(ours: Any, judged: Judged, params: Params) -> Iterator[Finding]:
    for label, floor in params.critical.items():
        asked = ours[ours["label"] == label]
        right, rows = int(asked["right"].sum()), len(asked)
        share = right / rows if rows else 0.0
        yield Finding(
            question=f"Rows of the critical label “{label}” that are recognised",
            measured=share,
            limit=floor,
            bounds=clopper_pearson(right, rows),
            samples=rows,
            unit=f"{judged.unit} with it",
            direction="at least",
            rows_needed=rows_to_settle_share(share, floor) if rows else None,
            remedy=f"Gather rows labelled “{label}” to learn from and to judge by, or lower gates.quality.critical",
        )


def _floor(ours: Any, judged: Judged, params: Params) -> Finding:
    right, rows = int(ours["right"].sum()), len(ours)
    return Finding(
        question="Accuracy",
        measured=right / rows,
        limit=params.min_accuracy,
        bounds=clopper_pearson(right, rows),
        samples=rows,
        unit=judged.unit,
        direction="at least",
        rows_needed=rows_to_settle_share(right / rows, params.min_accuracy),
        remedy="Train longer, on more or cleaner rows, or lower gates.quality.min_accuracy",
    )


class Reference(NamedTuple):
    """The champion's answers (None where there is nothing to compare with), why, and the labels if they changed."""

    answers: Any = None
    note: str = ""
    series: dict[str, Any] | None = None


def _champion(evidence: Evidence, judged: Judged) -> Reference:
    champion = evidence.champion
    if champion is None:
        return Reference(note="There is no champion yet to compare with.")
    if champion.artifact_sha256 == evidence.candidate.artifact_sha256:
        return Reference(note="The candidate is the champion, file for file.")
    if champion.dataset_digest != evidence.candidate.dataset_digest:
        raise DataError("the champion was measured on another data version", "the candidate's", "Measure it again")
    series = _series(champion, evidence.dataset)
    if series is None:
        return Reference(_read(champion.path / judged.table))
    if not series["shared"]:
        note = f"{_begins(series)} No label is shared, so there is no champion to compare with."
        return Reference(note=note, series=series)
    answers = _read(champion.path / judged.table, may_be_empty=True)
    answers = answers[answers["label"].isin(series["shared"])]
    rows = f"the {len(answers):,} {judged.unit} whose label both know ({', '.join(series['shared'])})"
    return Reference(
        answers, f"{_begins(series)} The champion is compared on {rows}.", {**series, "rows": len(answers)}
    )


def _series(champion: Measurements, dataset: DatasetRef) -> dict[str, Any] | None:
    """The labels before and now, and the shared ones, where the champion's are not the dataset's; else None."""
    if not (champion.path / "predictions.json").is_file():
        return None
    before = [str(label) for label in read(champion, "predictions").get("labels", dataset.labels)]
    shared = [label for label in dataset.labels if label in before]
    changed = sorted(before) != sorted(dataset.labels)
    return {"before": before, "labels": list(dataset.labels), "shared": shared} if changed else None


def _begins(series: dict[str, Any]) -> str:
    return f"A new series begins: the labels were {', '.join(series['before'])}, now {', '.join(series['labels'])}."


def _compared(ours: Any, theirs: Any, name: str, judged: Judged, params: Params) -> Finding:
    """Non-inferiority on the same rows: both must have answered exactly the same ids under the same labels."""
    both = ours.merge(theirs, how="outer", left_index=True, right_index=True, suffixes=("", "_theirs"))
    if both.isna().any(axis=None) or not both["label"].equals(both["label_theirs"]):
        raise DataError(f"candidate and {name} answered different rows", "the same test rows", "Measure both again")
    won = int((both["right"] & ~both["right_theirs"].astype(bool)).sum())
    lost = int((~both["right"].astype(bool) & both["right_theirs"]).sum())
    return Finding(
        question=f"Accuracy against the {name}",
        measured=(won - lost) / max(1, len(both)),
        limit=-params.margin,
        bounds=paired_difference(won, lost, len(both)),
        samples=len(both),
        unit=judged.unit,
        direction="at least",
        rows_needed=rows_to_settle_difference(won, lost, len(both), -params.margin),
        show=points,
        remedy=f"It fixes {won} answers and breaks {lost}: look at the broken ones, then at data and training",
    )


def _broken(ours: Any, theirs: Any, texts: Any) -> list[dict[str, str]]:
    """Texts that the champion had right and the candidate has wrong, those it is surest of first."""
    import numpy as np
    import pandas as pd

    ordered = np.sort(ours.filter(like="logit_").to_numpy(), axis=1)
    margin = pd.Series(ordered[:, -1] - ordered[:, -2], index=ours.index)
    broken = margin[theirs["right"].reindex(ours.index) & ~ours["right"]].nlargest(EXAMPLES)
    return [
        {"text": str(texts[row]), "label": str(ours.loc[row, "label"]), "predicted": str(ours.loc[row, "predicted"])}
        for row in broken.index
    ]


def _read(path: Path, *, may_be_empty: bool = False) -> Any:
    """Answers by id with a column `right`; DataError if there are none."""
    import pandas as pd

    try:
        answers = pd.read_parquet(path).set_index("id").sort_index()
    except (FileNotFoundError, KeyError) as error:
        raise DataError(f"{path.name} cannot be read: {error}", "id, label and predicted", "Measure again") from None
    if answers.empty and not may_be_empty:
        raise DataError(f"{path.name} has no rows", "one for each test row", "Measure again")
    return answers.assign(right=answers["label"] == answers["predicted"])
