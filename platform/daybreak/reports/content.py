"""Everything a dossier says, as one JSON-able tree, read from what the night left; what is missing is left out."""

import json
import platform
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

from daybreak.errors import DataError
from daybreak.records import Evidence, Judgement, Move, Record, RunRecord, SweepRef
from daybreak.reports import beside, cards, comparison, slices, timeline, tradeoff
from daybreak.tracking.history import read_history

NAMED = 5
PACKAGES = ("torch", "transformers", "onnx", "onnxruntime-gpu", "onnxruntime", "ray", "optuna", "scikit-learn", "numpy")
DATA = ("baseline", "licences", "labels", "splits")
FIRST = ("accuracy", "macro_f1", "auc")


class Past(Record):
    """What of a project's past a dossier shows: its runs, newest first, the moves of its champion, and `card.yaml`."""

    runs: tuple[RunRecord, ...] = ()
    moves: tuple[Move, ...] = ()
    card: Path | None = None


NO_PAST = Past()


def gather(
    record: RunRecord,
    evidence: Evidence,
    judgement: Judgement,
    sweep: SweepRef,
    history: Path,
    *,
    past: Past = NO_PAST,
) -> dict[str, Any]:
    """The dossier's tree; whatever was not measured is None or empty."""
    measured = _measurements(evidence.candidate.path)
    before = _measurements(evidence.champion.path) if evidence.champion else {}
    compared = comparison.compare(evidence.candidate, evidence.champion, evidence.dataset)
    wrong = comparison.wrong_answers(evidence.candidate, evidence.dataset)
    tree = {
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
        "data": _data(evidence.dataset.path),
        "measurements": measured,
        "golden": beside.golden(measured, before),
        "written": beside.written(measured, before),
        "slices": slices.of_measurements(measured, before),
        "swaps": slices.of_swaps(measured),
        "timeline": timeline.of_project(past.runs, past.moves, record),
        "tradeoff": tradeoff.of_runs(past.runs, record, judgement.champion_version),
        "judges": _judges(measured),
        "environment": _environment(),
    }
    return {**tree, "cards": cards.gather(tree, past.card)}


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


def _data(folder: Path) -> dict[str, Any] | None:
    """What the page says of the data: a dossier travels far, so no text of a training row goes with it."""
    found = _read_json(folder / "describe" / "report.json")
    if not found:
        return None
    told = {key: found[key] for key in DATA if found.get(key)}
    told["suspects"] = (found.get("noise") or {}).get("suspects")
    personal = (found.get("personal") or {}).get("found") or {}
    told["personal"] = {name: each["rows"] for name, each in personal.items()}
    told["sources"] = _sources(folder / "sources.yaml")
    return {key: value for key, value in told.items() if value}


def _sources(path: Path) -> str:
    """Each admitted source with its files, named; an address may hold a secret, so no more is told of it."""
    import yaml

    try:
        batches = yaml.safe_load(path.read_text(encoding="utf-8"))["batches"]
        named = [(batch["source"], [Path(shard["name"]).name for shard in batch["shards"]]) for batch in batches]
    except (OSError, ValueError, KeyError, TypeError, yaml.YAMLError):
        return ""
    return "; ".join(
        f"{source}: {', '.join(shards[:NAMED])}{' …' if len(shards) > NAMED else ''}" for source, shards in named
    )


def _judges(measured: dict[str, Any]) -> list[dict[str, Any]]:
    """Who judged texts of each language, by hash, how often it errs, and the card of one of ours."""
    from daybreak.evaluation.judges import judge, shipped

    languages = (measured.get("toxicity") or {}).get("languages") or {}
    return [
        {
            "language": language,
            "name": part["judge"],
            "sha256": part.get("judge_sha256"),
            "errors": part.get("errors"),
            "known_from": part.get("known_from"),
            "card": _read_json(shipped.FOLDER / language / shipped.CARD)
            if part["judge"] == f"{judge.OWN}{language}"
            else None,
        }
        for language, part in languages.items()
    ]


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
