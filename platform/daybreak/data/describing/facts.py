"""Everything that can be said of a prepared dataset without training anything on it."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from daybreak.data import tables
from daybreak.data.describing.accounts import CERTIFICATE, accounts, optional
from daybreak.data.describing.coverage import coverage, kept, labels, lengths
from daybreak.data.describing.overlap import overlap
from daybreak.data.quarantining import quarantine

if TYPE_CHECKING:
    import pandas as pd


def gather(root: Path, examples: int, right: Iterable[bool]) -> dict[str, Any]:
    """What report.json holds but the scores. `right`: of each test row, whether the baseline answered it rightly.

    Raises StepFailed when rows are unaccounted for.
    """
    told = accounts(root)
    ingest, dedupe = (tables.read_json(root / f"data/{stage}/counts.json") for stage in ("ingest", "dedupe"))
    rows = kept(root, "label", "source", "language", "licence", "groups", "slices")
    splits = labels(rows)
    return {
        **told,
        "rules": quarantine.by_rule(root, examples)["rules"],
        "leakage": tables.read_json(root / "data/split/leakage.json"),
        "certificate": optional(root / CERTIFICATE),
        "contamination": optional(root / "data/split/contamination.json"),
        "clusters": {key: dedupe[key] for key in ("threshold", "pairs", "clusters", "clustered_rows", "largest")},
        "labels": list(splits["train"]["labels"]),
        "splits": splits,
        "lengths": lengths(kept(root, "text")["text"]),
        "coverage": coverage(rows, right),
        "overlap": overlap(root),
        "encodings": ingest.get("encodings"),
        "licences": ingest.get("licences"),
        "slices": {"groups": ingest.get("slices"), "told_differently": dedupe.get("slices_told_differently")},
        "personal": optional(root / "data/clean/personal.json"),
        "examples": {
            "contradictions": _contradictions(root, examples),
            "near_duplicates": _near_duplicates(root, "pairs", examples),
            "differently_labelled": _near_duplicates(root, "suspects", examples),
        },
    }


def _contradictions(root: Path, examples: int) -> list[dict[str, Any]]:
    """The texts that most often stand under several labels, and how often under which."""
    refused = tables.read(root / "data/quarantine/dedupe.parquet")
    wrong = refused[refused["rule"] == "contradicting_labels"]
    if wrong.empty:
        return []
    counts = wrong.groupby(["text", "label"]).size()
    totals = counts.groupby("text").sum()
    texts = sorted(totals.index, key=lambda text: (-int(totals[text]), text))[:examples]
    return [{"text": text, "labels": {str(k): int(v) for k, v in counts[text].items()}} for text in texts]


def _near_duplicates(root: Path, name: str, examples: int) -> list[dict[str, Any]]:
    """The most similar pairs of texts that are not equal, of those that dedupe lists under this name."""
    path = root / f"data/dedupe/{name}.parquet"
    if not path.is_file():
        return []
    pairs = tables.read(path)
    shown = pairs[pairs["similarity"] < 1].sort_values("similarity", ascending=False, kind="stable").head(examples)
    rows = _rows(root, {*shown["left"], *shown["right"]})
    return [
        {
            "similarity": float(similarity),
            "texts": [str(rows.loc[name, "text"]) for name in (left, right)],
            "labels": [str(rows.loc[name, "label"]) for name in (left, right)],
        }
        for left, right, similarity in zip(shown["left"], shown["right"], shown["similarity"], strict=True)
    ]


def _rows(root: Path, ids: set[str]) -> pd.DataFrame:
    """The cleaned rows of these ids, by id."""
    import pyarrow as pa
    import pyarrow.compute as pc

    path = root / "data/clean/rows.parquet"
    at = pc.indices_nonzero(pc.is_in(tables.read_table(path, "id")["id"], value_set=pa.array(sorted(ids), pa.string())))
    found: pd.DataFrame = tables.read_table(path, "id", "text", "label").take(at).to_pandas()
    return found.drop_duplicates("id").set_index("id")
