"""Stage split: train, validation and test, with no cluster on both sides of a boundary."""

from __future__ import annotations

import hashlib
import sys
from collections import Counter
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pydantic import Field, model_validator

from daybreak.data import similarity, stage, tables
from daybreak.errors import DataError, StepFailed
from daybreak.records import Record

if TYPE_CHECKING:
    import pandas as pd

SPLITS = ("train", "validation", "test")
FEWEST = 2  # rows of a label in a split; with fewer, its scores mean nothing


class Ratios(Record):
    """Shares of the rows; they sum to 1."""

    train: float = Field(default=0.7, gt=0, lt=1)
    validation: float = Field(default=0.2, gt=0, lt=1)
    test: float = Field(default=0.1, gt=0, lt=1)

    @model_validator(mode="after")
    def _sum_to_one(self) -> Ratios:
        total = self.train + self.validation + self.test
        if abs(total - 1) > 1e-9:
            raise ValueError(f"train + validation + test is {total:g}, it must be 1")
        return self


class SplitParams(Record):
    """How rows are assigned; the seed enters the hash of each cluster."""

    ratios: Ratios = Ratios()
    seed: int = Field(default=17, ge=0)


class Cluster(Record):
    """What decides where a cluster goes: its name, its rows by label, and whether it is bound to training."""

    name: str
    labels: dict[str, int]
    train_only: bool

    @property
    def size(self) -> int:
        return sum(self.labels.values())

    @property
    def label(self) -> str:
        """Its most frequent label; of equally frequent ones, the first in order."""
        return min(self.labels, key=lambda label: (-self.labels[label], label))


def split(root: Path, params: SplitParams) -> None:
    """Write {train,validation,test}.parquet, assignments.parquet and leakage.json to data/split/.

    Raises DataError for a single label or one with too few rows in a split, and StepFailed if rows at or above the
    threshold of dedupe ended up on two sides.
    """
    rows = tables.read(root / "data/dedupe/rows.parquet").merge(
        tables.read(root / "data/dedupe/clusters.parquet"), on="id"
    )
    _require_labels(rows)
    places = assign(_clusters(rows), params.ratios, params.seed)
    placed = rows.assign(split=rows["cluster"].map(places))
    _require_rows(placed)
    leakage = measure_leakage(placed, tables.read_json(root / "data/dedupe/counts.json")["threshold"])
    for name in SPLITS:
        tables.write(placed[placed["split"] == name], root / f"data/split/{name}.parquet", tables.PLACED)
    tables.write(placed, root / "data/split/assignments.parquet", tables.ASSIGNMENT)
    tables.write_json(leakage, root / "data/split/leakage.json")


def assign(clusters: Iterable[Cluster], ratios: Ratios, seed: int) -> dict[str, str]:
    """The split of each cluster, by the hash of seed and name, stratified by label; the order given plays no part."""
    by_label: dict[str, list[Cluster]] = {}
    for cluster in clusters:
        by_label.setdefault(cluster.label, []).append(cluster)
    places: dict[str, str] = {}
    for stratum in by_label.values():
        places.update(_assign_label(stratum, ratios, seed))
    return places


def _assign_label(stratum: list[Cluster], ratios: Ratios, seed: int) -> dict[str, str]:
    """Fill the test target, then validation, in the order of the hash; a cluster that does not fit moves on."""
    eligible = [cluster for cluster in stratum if not cluster.train_only]
    room = _targets(sum(cluster.size for cluster in stratum), sum(cluster.size for cluster in eligible), ratios)
    places = {cluster.name: "train" for cluster in stratum}
    for cluster in sorted(eligible, key=lambda cluster: _hash(seed, cluster.name)):
        for name in ("test", "validation"):
            if cluster.size <= room[name]:
                room[name] -= cluster.size
                places[cluster.name] = name
                break
    return places


def _targets(total: int, eligible: int, ratios: Ratios) -> dict[str, int]:
    """Rows of one label to hold out: shares of all its rows; if fewer may be held out, those are shared out alike."""
    test, validation = round(total * ratios.test), round(total * ratios.validation)
    if test + validation > eligible:
        test = round(eligible * ratios.test / (ratios.test + ratios.validation))
        validation = eligible - test
    return {"test": test, "validation": validation}


def _hash(seed: int, cluster: str) -> str:
    return hashlib.sha256(f"{seed}:{cluster}".encode()).hexdigest()


def _clusters(rows: pd.DataFrame) -> list[Cluster]:
    labels: dict[str, Counter[str]] = {}
    for name, label in zip(rows["cluster"], rows["label"], strict=True):
        labels.setdefault(name, Counter())[label] += 1
    bound = set(rows["cluster"][rows["train_only"]])
    return [Cluster(name=name, labels=dict(counts), train_only=name in bound) for name, counts in labels.items()]


def _require_labels(rows: pd.DataFrame) -> None:
    labels = sorted(rows["label"].unique())
    if len(labels) < 2:
        found = f"the data holds only one label, {labels[0]!r}" if labels else "no rows are left after cleaning"
        raise DataError(
            found, "rows of at least two labels", "Check ingest.path and ingest.label_column in params.yaml"
        )


def _require_rows(placed: pd.DataFrame) -> None:
    found = Counter(zip(placed["label"], placed["split"], strict=True))
    for label in sorted(placed["label"].unique()):
        for name in SPLITS:
            if found[label, name] < FEWEST:
                what = f"label {label!r} has {found[label, name]} rows in {name}"
                raise DataError(
                    what, f"at least {FEWEST}", "Add rows of that label or change split.ratios in params.yaml"
                )


def measure_leakage(placed: pd.DataFrame, threshold: float) -> dict[str, Any]:
    """Pairs across splits at or above the threshold (none, else StepFailed), and the most similar two rows across."""
    sides = placed["split"].map(SPLITS.index).tolist()
    top = similarity.highest_across(placed["text"].tolist(), sides, threshold)
    highest = float(top.similarity[0]) if len(top.similarity) else 0.0
    if highest >= threshold:
        raise StepFailed(f"split: rows of similarity {highest:.3f} stand in two splits", f"below {threshold}", "")
    pair = [_told(placed.iloc[side[0]]) for side in (top.left, top.right) if len(side)]
    return {"threshold": threshold, "pairs": 0, "max_similarity": highest, "most_similar": pair}


def _told(row: Mapping[str, Any] | pd.Series) -> dict[str, str]:
    return {name: str(row[name]) for name in ("id", "split", "label", "text")}


def main() -> int:
    """Run the stage in the current folder."""
    return stage.run("split", split)


if __name__ == "__main__":
    sys.exit(main())
