"""Accuracy on test rows whose texts are disturbed in ways that change nothing of what they say."""

import hashlib
import random
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

from daybreak.evaluation import disturbing
from daybreak.evaluation.subject import BATCH_SIZE, Subject

ROWS = 500
"""Of the test split, by the hash of their ids: enough for a bound of about three points."""

EXAMPLES = 3


class _Disturbed(NamedTuple):
    text: str
    disturbed: str
    label: str
    before: str


def measure(subject: Subject, folder: Path) -> dict[str, Any]:
    """By way: rows that it changed, accuracy before and after on these, answers lost and won by it, lost examples.

    `most` is how many rows are disturbed, however many there are.
    """
    rows = _chosen([str(row) for row in subject.test["id"]])
    labels = subject.test["label"].astype(str).tolist()
    found = {}
    for name, disturb in disturbing.ways().items():
        disturbed = [
            _Disturbed(subject.texts[row], text, labels[row], subject.predictions.labels[row])
            for row in rows
            if (text := disturb(subject.texts[row], _chance(name, str(subject.test["id"].iloc[row]))))
            != subject.texts[row]
        ]
        found[name] = _compared(subject, disturbed)
    return {"rows": len(rows), "most": ROWS, "ways": found}


def headlines(result: dict[str, Any]) -> dict[str, float]:
    losses = [way["before"] - way["after"] for way in result["ways"].values() if way["rows"]]
    return {"robustness_loss": max(losses)} if losses else {}


def _chosen(ids: list[str]) -> list[int]:
    order = sorted(range(len(ids)), key=lambda row: hashlib.sha256(ids[row].encode()).digest())
    return sorted(order[:ROWS])


def _chance(way: str, row: str) -> random.Random:
    return random.Random(f"{way}:{row}")  # noqa: S311 - no secret


def _compared(subject: Subject, disturbed: list[_Disturbed]) -> dict[str, Any]:
    texts = [each.disturbed for each in disturbed]
    after = subject.predictor.predict(texts, BATCH_SIZE).labels if texts else []
    pairs = list(zip(disturbed, after, strict=True))
    lost = [(each, answer) for each, answer in pairs if each.before == each.label != answer]
    many = max(1, len(pairs))
    return {
        "rows": len(pairs),
        "before": sum(each.before == each.label for each in disturbed) / many,
        "after": sum(each.label == answer for each, answer in pairs) / many,
        "lost": len(lost),
        "won": sum(each.before != each.label == answer for each, answer in pairs),
        "examples": list(_shown(lost[:EXAMPLES])),
    }


def _shown(lost: list[tuple[_Disturbed, str]]) -> Iterator[dict[str, str]]:
    for each, answer in lost:
        yield {"text": each.disturbed, "as_sent": each.text, "label": each.label, "predicted": answer}
