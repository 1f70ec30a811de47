"""What a candidate fixes and breaks against the champion, and where it is wrong: counts and texts."""

from pathlib import Path
from typing import TYPE_CHECKING

from daybreak.records import DatasetRef, Measurements, Record

if TYPE_CHECKING:
    import pandas as pd

PREDICTIONS = "predictions.parquet"
BROKEN = 500
"""So many broken answers are listed at the most: a page that nobody can open helps nobody."""


class Answer(Record):
    """One test row. `before` is the champion's answer; `margin` how sure the candidate is, in logits."""

    id: str
    text: str
    label: str
    predicted: str
    before: str | None = None
    margin: float | None = None


class Churn(Record):
    """What becomes right and what becomes wrong of one label's rows."""

    label: str
    rows: int
    fixes: int
    breaks: int


class Comparison(Record):
    """Both models on the same test rows. `fixed` shows a few, `broken` all (up to BROKEN), the shortest first.

    `matrix` is the candidate's confusion matrix less the champion's (rows the label, columns the answer).
    """

    rows: int
    fixes: int
    breaks: int
    both_wrong: int
    fixed: tuple[Answer, ...]
    broken: tuple[Answer, ...]
    by_label: tuple[Churn, ...] = ()
    labels: tuple[str, ...] = ()
    matrix: tuple[tuple[int, ...], ...] = ()


def compare(
    candidate: Measurements, champion: Measurements | None, dataset: DatasetRef, shown: int = 6, broken: int = BROKEN
) -> Comparison | None:
    """Candidate against champion, row by row; None when there is no champion or the answers of one are not at hand."""
    after, before = _answers(candidate), _answers(champion) if champion else None
    if after is None or before is None:
        return None
    both = after.merge(before[["id", "predicted"]].rename(columns={"predicted": "before"}), on="id")
    right, was_right = both["predicted"] == both["label"], both["before"] == both["label"]
    texts = _texts(dataset)
    labels = sorted({*both["label"], *both["predicted"], *both["before"]})
    return Comparison(
        rows=len(both),
        by_label=tuple(_churn(label, both["label"] == label, right, was_right) for label in sorted(set(both["label"]))),
        labels=tuple(labels),
        matrix=_difference(both, labels),
        fixes=int((right & ~was_right).sum()),
        breaks=int((~right & was_right).sum()),
        both_wrong=int((~right & ~was_right).sum()),
        fixed=_shortest(both[right & ~was_right], texts, shown),
        broken=_shortest(both[~right & was_right], texts, broken),
    )


def _churn(label: str, its: "pd.Series", right: "pd.Series", was_right: "pd.Series") -> Churn:
    fixes, breaks = int((its & right & ~was_right).sum()), int((its & ~right & was_right).sum())
    return Churn(label=label, rows=int(its.sum()), fixes=fixes, breaks=breaks)


def _difference(both: "pd.DataFrame", labels: list[str]) -> tuple[tuple[int, ...], ...]:
    def count(label: str, answer: str) -> int:
        its = both[both["label"] == label]
        return int((its["predicted"] == answer).sum()) - int((its["before"] == answer).sum())

    return tuple(tuple(count(label, answer) for answer in labels) for label in labels)


def wrong_answers(candidate: Measurements, dataset: DatasetRef, shown: int = 12) -> tuple[Answer, ...]:
    """The candidate's mistakes, those it is surest of first: often they are the data's."""
    answers = _answers(candidate)
    if answers is None:
        return ()
    wrong = answers[answers["predicted"] != answers["label"]]
    if "margin" in wrong:
        wrong = wrong.sort_values("margin", ascending=False, kind="stable")
    texts = _texts(dataset)
    return tuple(_answer(row, texts) for row in wrong.head(shown).to_dict("records"))


def _answers(measurements: Measurements) -> "pd.DataFrame | None":
    import pandas as pd

    path = measurements.path / PREDICTIONS
    if not path.is_file():
        return None
    frame = pd.read_parquet(path).astype({"id": str, "label": str, "predicted": str})
    logits = [column for column in frame.columns if column.startswith("logit_")]
    if len(logits) > 1:
        ordered = frame[logits].to_numpy().copy()
        ordered.sort(axis=1)
        frame["margin"] = ordered[:, -1] - ordered[:, -2]
    return frame.drop(columns=logits)


def _texts(dataset: DatasetRef) -> dict[str, str]:
    """Texts of the test split by id; empty if the split is not at hand."""
    import pandas as pd

    path = dataset.split("test")
    if not Path(path).is_file():
        return {}
    rows = pd.read_parquet(path, columns=["id", "text"])
    return dict(zip(rows["id"].astype(str), rows["text"].astype(str), strict=True))


def _shortest(rows: "pd.DataFrame", texts: dict[str, str], shown: int) -> tuple[Answer, ...]:
    answers = [_answer(row, texts) for row in rows.to_dict("records")]
    return tuple(sorted(answers, key=lambda answer: (len(answer.text), answer.id))[:shown])


def _answer(row: dict[str, object], texts: dict[str, str]) -> Answer:
    return Answer.model_validate({**row, "text": texts.get(str(row["id"]), "")})
