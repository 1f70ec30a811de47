"""Two models on the same rows: which rows judge, which of them either has learned, and what each alone has right."""

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

from daybreak.errors import DataError
from daybreak.gates.base import read
from daybreak.records import DatasetRef, Evidence, Measurements

EXAMPLES = 3


class Judged(NamedTuple):
    """The rows that judge: where the answers to them are, what they are called, and as what `learned` names them."""

    table: str
    unit: str
    name: str

    def answers(self, side: Measurements, *, may_be_empty: bool = False) -> Any:
        """Answers by id with a column `right`; DataError if there are none."""
        return read_answers(side.path / self.table, may_be_empty=may_be_empty)

    def learned(self, side: Measurements) -> list[str]:
        """Ids of the rows that a model was trained on."""
        return [str(each) for each in read(side, "learned")[self.name]]

    def texts(self, evidence: Evidence) -> Any:
        """Text by id."""
        import pandas as pd

        if self is TEST:
            rows = pd.read_parquet(evidence.dataset.split("test"), columns=["id", "text"])
        else:
            rows = pd.read_json(evidence.dataset.path / "release/rows.jsonl", lines=True, dtype={"id": str})
        return rows.set_index("id")["text"]


TEST = Judged("predictions.parquet", "test rows", "test")
RELEASE = Judged("release_set.parquet", "rows of the release set", "release_set")


class Pair(NamedTuple):
    """What two models answered to the same rows: rows that the one alone had right, the other alone, and all."""

    won: int
    lost: int
    rows: int


class Reference(NamedTuple):
    """The answers of the model compared with (None where there is nothing to compare), why, and labels that changed."""

    answers: Any = None
    note: str = ""
    series: dict[str, Any] | None = None


def judged_by(evidence: Evidence) -> Judged:
    """The release set where the candidate answered one; DataError if champion or anchor answered another.

    One of another recipe answered neither these rows nor in labels: it is not compared with.
    """
    sides = [side for side in (evidence.candidate, evidence.champion, evidence.anchor) if side]
    if len({release_set(side) for side in sides if side.recipe == evidence.candidate.recipe}) > 1:
        raise DataError("candidate and champion answered different release sets", "the same", "Measure both again")
    return RELEASE if release_set(evidence.candidate) else TEST


def release_set(side: Measurements) -> str:
    """SHA-256 of the release set that was answered, "" where there is none."""
    return read(side, "release_set")["digest"] or ""


def without(answers: Any, ids: Iterable[str]) -> Any:
    """Answers to the other rows; an empty table where all of them were learned."""
    return answers[~answers.index.astype(str).isin(list(ids))]


def reference(side: Measurements, evidence: Evidence, judged: Judged, name: str) -> Reference:
    """The answers of `side`, the champion or the anchor; in another series of labels, to rows whose label both know.

    Raises DataError for one that was measured on other data.
    """
    if side.artifact_sha256 == evidence.candidate.artifact_sha256:
        return Reference(note=f"The candidate is the {name}, file for file.")
    if side.dataset_digest != evidence.candidate.dataset_digest:
        raise DataError(f"the {name} was measured on another data version", "the candidate's", "Measure it again")
    series = _series(side, evidence.dataset)
    if series is None:
        return Reference(judged.answers(side))
    if not series["shared"]:
        note = f"{_begins(series)} No label is shared, so there is no {name} to compare with."
        return Reference(note=note, series=series)
    answers = judged.answers(side, may_be_empty=True)
    answers = answers[answers["label"].isin(series["shared"])]
    rows = f"the {len(answers):,} {judged.unit} whose label both know ({', '.join(series['shared'])})"
    note = f"{_begins(series)} The {name} is compared on {rows}."
    return Reference(answers, note, {**series, "rows": len(answers)})


def asked(ours: Any, found: Reference) -> Any:
    """Those of our answers that can be compared: all, or the ones under labels that both know."""
    return ours[ours["label"].isin(found.series["shared"])] if found.series else ours


def pair(ours: Any, theirs: Any, name: str, learned: Iterable[str]) -> Pair:
    """Both must have answered exactly the same ids under the same labels; rows that either `learned` do not count."""
    both = ours.merge(theirs, how="outer", left_index=True, right_index=True, suffixes=("", "_theirs"))
    if both.isna().any(axis=None) or not both["label"].equals(both["label_theirs"]):
        raise DataError(f"candidate and {name} answered different rows", "the same test rows", "Measure both again")
    both = without(both, learned)
    mine, other = both["right"].astype(bool), both["right_theirs"].astype(bool)
    return Pair(int((mine & ~other).sum()), int((~mine & other).sum()), len(both))


def other_rows(evidence: Evidence) -> Iterator[str]:
    """A sentence where other frozen rows judge than at the champion's release."""
    before, now = evidence.standing.rows_before, release_set(evidence.candidate)
    if before is not None and before != now:
        old, new = (f"release set {each[:12]}" if each else "the test rows" for each in (before, now))
        yield f"Other rows judge than at the champion's release: {new}, no longer {old}. The anchor stays."


def left_out(evidence: Evidence, judged: Judged) -> Iterator[str]:
    """Sentences on rows that do not count because a side had learned them, and on sides of which that is not known."""
    sides = (("candidate", evidence.candidate), ("champion", evidence.champion), ("anchor", evidence.anchor))
    for name, side in sides:
        if side is None or (name != "candidate" and side.artifact_sha256 == evidence.candidate.artifact_sha256):
            continue
        if not read(side, "learned")["known"]:
            yield f"It is not known which rows the {name} was trained on."
        if taught := judged.learned(side):
            yield f"{len(taught):,} {judged.unit} were left out: the {name} has learned them."


def broken(ours: Any, theirs: Any, texts: Any) -> list[dict[str, str]]:
    """Texts that the other model had right and the candidate has wrong, those it is surest of first."""
    import numpy as np
    import pandas as pd

    ordered = np.sort(ours.filter(like="logit_").to_numpy(), axis=1)
    margin = pd.Series(ordered[:, -1] - ordered[:, -2], index=ours.index)
    found = margin[theirs["right"].reindex(ours.index) & ~ours["right"]].nlargest(EXAMPLES)
    return [
        {"text": str(texts[row]), "label": str(ours.loc[row, "label"]), "predicted": str(ours.loc[row, "predicted"])}
        for row in found.index
    ]


def read_answers(path: Path, *, may_be_empty: bool = False) -> Any:
    """Answers by id with a column `right`; DataError if there are none."""
    import pandas as pd

    try:
        answers = pd.read_parquet(path).set_index("id").sort_index()
    except (FileNotFoundError, KeyError) as error:
        raise DataError(f"{path.name} cannot be read: {error}", "id, label and predicted", "Measure again") from None
    if answers.empty and not may_be_empty:
        raise DataError(f"{path.name} has no rows", "one for each test row", "Measure again")
    return answers.assign(right=answers["label"] == answers["predicted"])


def _series(side: Measurements, dataset: DatasetRef) -> dict[str, Any] | None:
    """The labels before and now, and the shared ones, where the model's are not the dataset's; else None."""
    if not (side.path / "predictions.json").is_file():
        return None
    before = [str(label) for label in read(side, "predictions").get("labels", dataset.labels)]
    shared = [label for label in dataset.labels if label in before]
    changed = sorted(before) != sorted(dataset.labels)
    return {"before": before, "labels": list(dataset.labels), "shared": shared} if changed else None


def _begins(series: dict[str, Any]) -> str:
    return f"A new series begins: the labels were {', '.join(series['before'])}, now {', '.join(series['labels'])}."
