"""Which split a cluster of rows goes to: by the hash of seed and name, stratified by one label or several."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

from pydantic import Field, model_validator

from daybreak.data.reading import labels
from daybreak.records import Record

if TYPE_CHECKING:
    import numpy as np

    Integers = np.ndarray[Any, np.dtype[np.int64]]
    Bools = np.ndarray[Any, np.dtype[np.bool_]]

SPLITS = ("train", "validation", "test")
TRAIN, VALIDATION, TEST = range(3)
FREE = -1  # not placed by an earlier preparation


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


class Clusters(NamedTuple):
    """Rows that go together. `counts` is clusters x labels, sparse: rows of the cluster under that label.

    `bound` clusters may be in training alone; `placed` is a split's number where an earlier preparation decided, else
    FREE.
    """

    names: Sequence[str]
    counts: Any
    bound: Bools
    placed: Integers


def strata(label: str) -> tuple[str, ...]:
    """What a row is shared out under: each of its labels, or that it has none."""
    return labels.names(label) or (label,)


def assign(clusters: Clusters, ratios: Ratios, seed: int) -> Integers:
    """The number in SPLITS of each cluster; what is placed stays, and the order given plays no part.

    Clusters are taken label by label, each under the rarest of its labels and the rarest label first (Sechidis,
    Tsoumakas and Vlahavas, ECML PKDD 2011), in the order of their hash; each goes to test or else validation if that
    brings the label's rows nearer to what is wanted there, else to training.
    """
    import numpy as np

    counts = clusters.counts
    places = np.where(clusters.bound, TRAIN, clusters.placed)
    room = {split: _room(clusters, places, split, ratios) for split in (TEST, VALIDATION)}
    rarest = _rarest(counts)
    for cluster in _order(clusters, places, rarest, seed):
        cells = slice(counts.indptr[cluster], counts.indptr[cluster + 1])
        columns, rows = counts.indices[cells].tolist(), counts.data[cells].tolist()
        weight = rows[columns.index(rarest[cluster])]
        places[cluster] = TRAIN
        for split, left in room.items():
            if weight < 2 * left[rarest[cluster]]:
                for label, size in zip(columns, rows, strict=True):
                    left[label] -= size
                places[cluster] = split
                break
    return places


def _room(clusters: Clusters, places: Integers, split: int, ratios: Ratios) -> list[int]:
    """Rows of each label still wanted in a split held out: shares of all its rows, less what stands there already.

    Where fewer rows may be held out than that, those are shared out alike.
    """
    totals, free, there = (_rows(clusters.counts, which) for which in (None, ~clusters.bound, places == split))
    room = []
    for total, eligible, standing in zip(totals, free, there, strict=True):
        test, validation = round(total * ratios.test), round(total * ratios.validation)
        if test + validation > eligible:
            test = round(eligible * ratios.test / (ratios.test + ratios.validation))
            validation = eligible - test
        room.append((test if split == TEST else validation) - standing)
    return room


def _rows(counts: Any, which: Bools | None) -> list[int]:
    rows: list[int] = (counts if which is None else counts[which.nonzero()[0]]).sum(axis=0).tolist()
    return rows


def _rarest(counts: Any) -> list[int]:
    """Of each cluster's labels, the one with the fewest rows in all; of equally rare ones, the first."""
    import numpy as np

    rank = np.empty(counts.shape[1], np.int64)
    by_rows = np.argsort(counts.sum(axis=0), kind="stable")
    rank[by_rows] = np.arange(len(rank))
    lowest = np.minimum.reduceat(rank[counts.indices], counts.indptr[:-1])
    found: list[int] = by_rows[lowest].tolist()
    return found


def _order(clusters: Clusters, places: Integers, rarest: list[int], seed: int) -> list[int]:
    totals = _rows(clusters.counts, None)
    keys = {
        cluster: (totals[rarest[cluster]], rarest[cluster], _hash(seed, clusters.names[cluster]))
        for cluster in (places == FREE).nonzero()[0].tolist()
    }
    return sorted(keys, key=keys.__getitem__)


def _hash(seed: int, cluster: str) -> bytes:
    return hashlib.sha256(f"{seed}:{cluster}".encode()).digest()
