"""Everything a dossier says, as one JSON-able tree, read from what the night left; what is missing is left out."""

import json
import platform
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

from daybreak.errors import DataError
from daybreak.records import Evidence, Judgement, RunRecord, SweepRef
from daybreak.reports import comparison
from daybreak.tracking.history import read_history

PACKAGES = ("torch", "transformers", "onnx", "onnxruntime-gpu", "onnxruntime", "ray", "optuna", "scikit-learn", "numpy")
WORST = 3
DATA = ("baseline", "licences")
FIRST = ("accuracy", "macro_f1", "auc")


def gather(
    record: RunRecord, evidence: Evidence, judgement: Judgement, sweep: SweepRef, history: Path
) -> dict[str, Any]:
    """The dossier's tree; whatever was not measured is None or empty."""
    measured = _measurements(evidence.candidate.path)
    compared = comparison.compare(evidence.candidate, evidence.champion, evidence.dataset)
    wrong = comparison.wrong_answers(evidence.candidate, evidence.dataset)
    return {
        "record": record.model_dump(mode="json"),
        "judgement": judgement.model_dump(mode="json"),
        "evidence": _evidence(evidence),
        "metrics": _metrics(record, evidence),
        "champion_version": judgement.champion_version,
        "comparison": compared.model_dump(mode="json") if compared else None,
        "wrong": [answer.model_dump(mode="json") for answer in wrong],
        "answers": _answers(measured),
        "history": read_curve(history),
        "training": read_training(history),
        "sweep": sweep.model_dump(mode="json"),
        "data": _data(evidence.dataset.path / "describe" / "report.json"),
        "measurements": measured,
        "environment": _environment(),
    }


def examples(verdict: dict[str, Any]) -> list[Any]:
    """The worst examples a gate gave with its verdict, at most three."""
    found = (verdict.get("details") or {}).get("examples") or []
    return list(found)[:WORST]


def _evidence(evidence: Evidence) -> dict[str, Any]:
    return {
        "digest": evidence.digest,
        "candidate": evidence.candidate.digest,
        "artifact_sha256": evidence.candidate.artifact_sha256,
        "champion": evidence.champion.digest if evidence.champion else None,
        "champion_artifact_sha256": evidence.champion.artifact_sha256 if evidence.champion else None,
        "dataset": evidence.dataset.digest,
    }


def _metrics(record: RunRecord, evidence: Evidence) -> list[dict[str, Any]]:
    """One row a metric, those people ask for first: candidate, baseline and champion, None where one has no such."""
    candidate = evidence.candidate.metrics
    champion = evidence.champion.metrics if evidence.champion else {}
    found = {**record.metrics, **candidate}
    baseline = _baseline(evidence) | {
        name.removeprefix("baseline_"): value for name, value in found.items() if name.startswith("baseline_")
    }
    others = [name for name in found if name not in FIRST and not name.startswith(("baseline_", "naive_"))]
    names = [*(name for name in FIRST if name in found), *others]
    return [
        {"name": name, "candidate": found[name], "baseline": baseline.get(name), "champion": champion.get(name)}
        for name in names
    ]


def _baseline(evidence: Evidence) -> dict[str, float]:
    """Accuracy and macro-F1 of the baseline's answers to the same rows."""
    if not evidence.baseline.is_file():
        return {}
    import pandas as pd
    from sklearn.metrics import accuracy_score, f1_score

    answers = pd.read_parquet(evidence.baseline)
    label, predicted = answers["label"].astype(str), answers["predicted"].astype(str)
    return {
        "accuracy": float(accuracy_score(label, predicted)),
        "macro_f1": float(f1_score(label, predicted, average="macro", zero_division=0)),
    }


def _data(path: Path) -> dict[str, Any] | None:
    """What the page says of the data: a dossier travels far, so no text of a row goes with it."""
    found = _read_json(path)
    return {key: found[key] for key in DATA if found.get(key)} if found else None


def _answers(measured: dict[str, Any]) -> dict[str, Any] | None:
    """Labels, confusion matrix (rows true, columns given) and per-class scores, as measured with the predictions."""
    found = measured.get("predictions") or {}
    if not {"labels", "confusion"} <= found.keys():
        return None
    return {"labels": found["labels"], "confusion": found["confusion"], "per_class": found.get("per_class") or {}}


def read_curve(path: Path) -> list[dict[str, float]]:
    """The training's metrics by step, [] without any."""
    try:
        return [{"step": step, **metrics} for step, metrics in read_history(path)]
    except DataError:
        return []


def read_training(path: Path) -> dict[str, list[dict[str, Any]]]:
    """What happened on the way, and what was learned from by window of steps; both empty without a history."""
    found = _read_json(path)
    lists = found if isinstance(found, dict) else {}
    return {name: list(lists.get(name) or []) for name in ("events", "composition")}


def _measurements(folder: Path) -> dict[str, Any]:
    return {path.stem: _read_json(path) for path in sorted(folder.glob("*.json"))}


def _read_json(path: Path) -> Any:
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None


def _environment() -> dict[str, str]:
    found = {"python": platform.python_version(), "system": platform.platform(), "machine": platform.machine()}
    for name in PACKAGES:
        try:
            found[name] = version(name)
        except PackageNotFoundError:
            continue
    return found
