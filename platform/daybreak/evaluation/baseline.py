"""The TF-IDF baseline's answers to the same test rows, which `describe` left beside the data."""

from pathlib import Path
from typing import Any

from daybreak.errors import DataError
from daybreak.evaluation.subject import Subject


def measure(subject: Subject, folder: Path) -> dict[str, Any]:
    """Accuracy and macro-F1; `baseline.parquet` has `id, label, predicted` in the order of the test split."""
    from sklearn.metrics import accuracy_score, f1_score

    answers = _read(subject)
    answers.to_parquet(folder / "baseline.parquet", index=False)
    labels, predicted = answers["label"], answers["predicted"]
    return {
        "rows": len(answers),
        "accuracy": float(accuracy_score(labels, predicted)),
        "macro_f1": float(f1_score(labels, predicted, average="macro", zero_division=0)),
    }


def headlines(result: dict[str, Any]) -> dict[str, float]:
    return {"baseline_accuracy": result["accuracy"], "baseline_macro_f1": result["macro_f1"]}


def _read(subject: Subject) -> Any:
    """The answers joined to the test split; DataError unless there is exactly one for each of its rows."""
    import pandas as pd

    path = subject.dataset.path / "describe" / "baseline.parquet"
    try:
        answers = pd.read_parquet(path, columns=["id", "predicted"])
    except (FileNotFoundError, ValueError, KeyError) as error:
        raise DataError(f"{path} cannot be used: {error}", "columns id and predicted", "Run dvc repro") from None
    joined = subject.test[["id", "label"]].merge(answers, on="id", how="left", validate="one_to_one")
    if joined["predicted"].isna().any() or len(answers) != len(joined):
        found = f"{path} answers {len(answers)} rows"
        raise DataError(found, f"the {len(joined)} rows of the test split", "Run dvc repro")
    return joined.astype({"label": str, "predicted": str})
