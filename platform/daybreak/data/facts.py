"""What can be said of a prepared dataset: counts that must add up, lengths, labels, examples."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from daybreak.data import tables
from daybreak.errors import StepFailed

if TYPE_CHECKING:
    import pandas as pd

QUARANTINE = ("ingest", "clean", "dedupe")  # the stages that refuse rows
SPLITS = ("train", "validation", "test")
BINS = 24
LONG_TAIL = 0.99  # lengths above this quantile share the last bar


def gather(root: Path, examples: int) -> dict[str, Any]:
    """Everything report.json holds but the baseline. Raises StepFailed when rows are unaccounted for."""
    refused = {name: tables.read(root / f"data/quarantine/{name}.parquet") for name in QUARANTINE}
    splits = {name: tables.read(root / f"data/split/{name}.parquet") for name in SPLITS}
    dedupe = tables.read_json(root / "data/dedupe/counts.json")
    kept = sum(len(split) for split in splits.values())
    rows = _rows(tables.read_json(root / "data/ingest/counts.json"), dedupe, refused, kept)
    leakage = tables.read_json(root / "data/split/leakage.json")
    return {
        "rows": rows,
        "quarantined_by_rule": _by_rule(refused),
        "leakage": leakage,
        "clusters": {key: dedupe[key] for key in ("threshold", "pairs", "clusters", "clustered_rows", "largest")},
        "labels": sorted(splits["train"]["label"].unique().tolist()),
        "splits": {name: _labels(split) for name, split in splits.items()},
        "lengths": _lengths(splits),
        "examples": {
            "contradictions": _contradictions(refused["dedupe"], examples),
            "near_duplicates": _near_duplicates(root, examples),
        },
    }


def _rows(
    ingest: dict[str, int], dedupe: dict[str, int], refused: dict[str, pd.DataFrame], kept: int
) -> dict[str, int]:
    rows = {
        "read": ingest["read"],
        "empty": ingest["empty"],
        "distinct_raw": ingest["distinct_raw"],
        "duplicates": dedupe["exact_repeats"] + dedupe["near_dropped"],
        "quarantined": sum(len(frame) for frame in refused.values()),
        "kept": kept,
    }
    told = rows["empty"] + rows["kept"] + rows["quarantined"] + rows["duplicates"]
    if told != rows["read"]:
        found = f"describe: {rows['read']} rows were read but {told} are accounted for"
        raise StepFailed(
            found, "read = empty + kept + quarantined + duplicates", "Run `dvc repro --force` and report this"
        )
    return rows


def _by_rule(refused: dict[str, pd.DataFrame]) -> dict[str, int]:
    rules = [rule for frame in refused.values() for rule in frame["rule"].tolist()]
    return {rule: rules.count(rule) for rule in sorted(set(rules))}


def _labels(split: pd.DataFrame) -> dict[str, Any]:
    counts = split["label"].value_counts()
    return {"rows": len(split), "labels": {label: int(counts[label]) for label in sorted(counts.index)}}


def _lengths(splits: dict[str, pd.DataFrame]) -> dict[str, Any]:
    """Characters a text: quantiles, and a histogram whose last bar holds the long tail."""
    import numpy as np

    lengths = np.concatenate([split["text"].str.len().to_numpy(dtype=np.int64) for split in splits.values()])
    step = max(1, int(np.ceil(np.quantile(lengths, LONG_TAIL) / BINS)))
    bars = np.bincount(np.minimum((lengths - 1) // step, BINS), minlength=BINS + 1)
    return {
        "median": int(np.median(lengths)),
        "p95": int(np.quantile(lengths, 0.95)),
        "max": int(lengths.max()),
        "step": step,
        "histogram": [int(bar) for bar in bars],
    }


def _contradictions(refused: pd.DataFrame, examples: int) -> list[dict[str, Any]]:
    """The texts that most often stand under several labels, and how often under which."""
    wrong = refused[refused["rule"] == "contradicting_labels"]
    counts = wrong.groupby(["text", "label"]).size().unstack(fill_value=0) if len(wrong) else None
    if counts is None:
        return []
    totals = counts.sum(axis=1)
    texts = sorted(counts.index, key=lambda text: (-int(totals[text]), text))[:examples]
    return [{"text": text, "labels": {str(k): int(v) for k, v in counts.loc[text].items() if v}} for text in texts]


def _near_duplicates(root: Path, examples: int) -> list[dict[str, Any]]:
    """The most similar pairs of texts that are not equal."""
    rows = tables.read(root / "data/clean/rows.parquet").drop_duplicates("id").set_index("id")
    pairs = tables.read(root / "data/dedupe/pairs.parquet").sort_values("similarity", ascending=False, kind="stable")
    shown = pairs[pairs["similarity"] < 1].head(examples)
    return [
        {
            "similarity": float(similarity),
            "texts": [str(rows.loc[name, "text"]) for name in (left, right)],
            "labels": [str(rows.loc[name, "label"]) for name in (left, right)],
        }
        for left, right, similarity in zip(shown["left"], shown["right"], shown["similarity"], strict=True)
    ]
