"""Answers to the frozen release set, which no night's rows ever enter."""

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

from daybreak.data.held_out import release_set
from daybreak.evaluation import predictions
from daybreak.evaluation.subject import BATCH_SIZE, Subject

if TYPE_CHECKING:
    import pandas as pd

OF_CHAMPION = True


def measure(subject: Subject, folder: Path) -> dict[str, Any]:
    """Rows, digest and accuracy; `release_set.parquet` holds what `predictions.parquet` holds of the test split.

    No rows where the data version was split without a release set. DataError for one that is missing or was altered.
    """
    digest = frozen(subject)
    if digest is None:
        return {"rows": 0, "digest": None}
    rows = release_set.load(subject.dataset.path.parent, digest)
    found = subject.predictor.predict([row.text for row in rows], BATCH_SIZE)
    labels = [row.label for row in rows]
    ids = [row.id for row in rows]
    predictions.write(folder / "release_set.parquet", ids, labels, found, subject.predictor.labels)
    right = sum(label == answer for label, answer in zip(labels, found.labels, strict=True))
    return {"rows": len(rows), "digest": digest, "accuracy": right / len(rows)}


def headlines(result: dict[str, Any]) -> dict[str, float]:
    return {"release_set_accuracy": result["accuracy"]} if result["rows"] else {}


def rows(subject: Subject) -> "pd.DataFrame | None":
    """The frozen rows as `id, text, label`, None without a release set."""
    import pandas as pd

    digest = frozen(subject)
    if digest is None:
        return None
    found = release_set.load(subject.dataset.path.parent, digest)
    return pd.DataFrame([{"id": row.id, "text": row.text, "label": row.label} for row in found])


def frozen(subject: Subject) -> str | None:
    """SHA-256 of the release set that this data version was kept apart from."""
    certificate = subject.dataset.path / "split" / "certificate.json"
    return json.loads(certificate.read_text(encoding="utf-8")).get("release_set") if certificate.is_file() else None
