"""Answers to the test split, and the metrics of the task."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from daybreak.evaluation.subject import Subject
from daybreak.inference import Predictions, Predictor

OF_CHAMPION = True


def measure(subject: Subject, folder: Path) -> dict[str, Any]:
    """The task's metrics; `predictions.parquet` has `id, label, predicted` and a `logit_<label>` for each label.

    A champion whose labels are not the dataset's belongs to an earlier series: it answers the rows whose label both
    know, and has no metrics of its own. Where no label is shared it is not asked, and there is no table.
    """
    if not subject.shares_labels:
        return _of_another_series(subject, folder)
    labels, predicted = subject.test["label"].astype(str).tolist(), subject.predictions.labels
    _write(subject, folder / "predictions.parquet")
    names = list(subject.predictor.labels)
    return {
        "rows": len(labels),
        "labels": names,
        **_metrics(labels, predicted, names),
        "auc": _auc(labels, subject.predictions.probabilities, names),
        "unknown_token_rate": unknown_token_rate(subject.predictor, subject.texts),
    }


def headlines(result: dict[str, Any]) -> dict[str, float]:
    """`auc` is left out where the test split holds one class only, and everything for what is of another series."""
    names = ("accuracy", "macro_f1", "auc", "unknown_token_rate")
    return {name: result[name] for name in names if result.get(name) is not None}


def unknown_token_rate(predictor: Predictor, texts: list[str]) -> float:
    """Share of tokens, special ones aside, that the tokenizer does not know."""
    known = (predictor.tokenizer.token_to_id(token) for token in ("[UNK]", "<unk>"))
    unknown = next((found for found in known if found is not None), -1)
    encoded = predictor.tokenizer.encode_batch(texts, add_special_tokens=False)
    total = sum(len(one.ids) for one in encoded)
    return sum(one.ids.count(unknown) for one in encoded) / total if total else 0.0


def _of_another_series(subject: Subject, folder: Path) -> dict[str, Any]:
    if subject.shared_labels:
        _write(subject, folder / "predictions.parquet")
    return {"rows": len(subject.test), "labels": list(subject.predictor.labels), "shared": list(subject.shared_labels)}


def _metrics(labels: list[str], predicted: list[str], names: list[str]) -> dict[str, Any]:
    from sklearn.metrics import confusion_matrix, precision_recall_fscore_support

    matrix = confusion_matrix(labels, predicted, labels=names)
    scores = precision_recall_fscore_support(labels, predicted, labels=names, zero_division=0)
    columns = [column.tolist() for column in scores]
    keys = ("precision", "recall", "f1", "support")
    return {
        "accuracy": float(np.trace(matrix) / matrix.sum()),
        "macro_f1": float(np.mean(columns[2])),
        "per_class": {
            name: dict(zip(keys, values, strict=True)) for name, *values in zip(names, *columns, strict=True)
        },
        "confusion": matrix.tolist(),
    }


def _auc(labels: list[str], probabilities: "np.typing.NDArray[np.float32]", names: list[str]) -> float | None:
    """Mean over labels of one-against-rest AUC; for two labels that is the AUC. None if only one label occurs."""
    from sklearn.metrics import roc_auc_score

    truth = np.array([[label == name for name in names] for label in labels])
    if len(set(labels)) < len(names):
        return None
    return float(np.mean([roc_auc_score(truth[:, column], probabilities[:, column]) for column in range(len(names))]))


def write(path: Path, ids: Sequence[Any], labels: Sequence[str], found: Predictions, names: Sequence[str]) -> None:
    """The table of answers, one row a text: `id, label, predicted` and a `logit_<label>` for each label."""
    import pandas as pd

    logits = {f"logit_{name}": found.logits[:, column] for column, name in enumerate(names)}
    table = {"id": list(ids), "label": list(labels), "predicted": found.labels, **logits}
    pd.DataFrame(table).to_parquet(path, index=False)


def _write(subject: Subject, path: Path) -> None:
    labels = subject.test["label"].astype(str).tolist()
    write(path, subject.test["id"].tolist(), labels, subject.predictions, subject.predictor.labels)
