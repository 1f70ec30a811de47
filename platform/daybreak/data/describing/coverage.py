"""What the kept rows are like: labels, lengths, and how each source, language, licence and group is covered."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from daybreak.data import tables
from daybreak.data.describing.accounts import SPLITS
from daybreak.data.reading import slices
from daybreak.data.reading.labels import names

if TYPE_CHECKING:
    import pyarrow as pa

BINS = 24
LONG_TAIL = 0.99  # lengths above this quantile share the last bar
SHOWN = 12  # values of a column that are told one by one, the most frequent first
COLUMNS = ("source", "language", "licence")
Tally = tuple[str, str, int, int, int]  # value, label, rows, test rows, test rows that the baseline answers rightly


def kept(root: Path, *columns: str) -> pa.Table:
    """These columns of all rows of the splits, and `split`."""
    import pyarrow as pa

    parts = []
    for name in SPLITS:
        part = tables.read_table(root / f"data/split/{name}.parquet", *columns)
        parts.append(part.append_column("split", pa.repeat(pa.scalar(name), len(part))))
    return pa.concat_tables(parts)


def labels(rows: pa.Table) -> dict[str, Any]:
    """Split to its `rows` and the rows of each of its `labels`."""
    told: dict[str, Any] = {name: {"rows": 0, "labels": Counter()} for name in SPLITS}
    for split, label, count in _counts(rows, "split", "label"):
        told[split]["rows"] += count
        for name in names(label):
            told[split]["labels"][name] += count
    return {
        split: {"rows": each["rows"], "labels": dict(sorted(each["labels"].items()))} for split, each in told.items()
    }


def lengths(texts: pa.ChunkedArray) -> dict[str, Any]:
    """Characters a text: quantiles, and a histogram whose last bar holds the long tail."""
    import numpy as np
    import pyarrow.compute as pc

    found = pc.utf8_length(texts).to_numpy().astype(np.int64)
    step = max(1, int(np.ceil(np.quantile(found, LONG_TAIL) / BINS)))
    bars = np.bincount(np.minimum((found - 1) // step, BINS), minlength=BINS + 1)
    return {
        "median": int(np.median(found)),
        "p95": int(np.quantile(found, 0.95)),
        "max": int(found.max()),
        "step": step,
        "histogram": [int(bar) for bar in bars],
    }


def coverage(rows: pa.Table, right: Iterable[bool]) -> dict[str, Any]:
    """Column to how many `different` values it has, and `shown`: `name, rows, labels, tested, right` of the largest.

    Columns are source, language, licence and those that are declared, to tie rows or to assess them by. `right` says of
    each test row, in their order, whether the baseline answered it rightly: a group that is rarely right, or rarely
    there, needs rows.
    """
    import pyarrow as pa
    import pyarrow.compute as pc

    tested = pc.equal(rows["split"], "test")
    answers = iter(right)
    correct = pa.array([next(answers, None) if held else None for held in tested.to_pylist()], pa.bool_())
    table = rows.append_column("correct", pc.cast(correct, pa.int64()))
    told = {column: _told(_tallies(table, column)) for column in COLUMNS}
    for declared in ("groups", "slices"):
        for column, tallies in _by_group(table, declared).items():
            told[column] = _told(tallies)
    return told


def _counts(rows: pa.Table, *columns: str) -> list[tuple[Any, ...]]:
    found = rows.group_by(list(columns)).aggregate([([], "count_all")])
    return sorted(zip(*(found[name].to_pylist() for name in (*columns, "count_all")), strict=True))


def _tallies(rows: pa.Table, column: str) -> list[Tally]:
    found = rows.group_by([column, "label"]).aggregate([([], "count_all"), ("correct", "count"), ("correct", "sum")])
    wanted = (column, "label", "count_all", "correct_count", "correct_sum")
    return [(*key, right or 0) for *key, right in zip(*(found[name].to_pylist() for name in wanted), strict=True)]


def _by_group(rows: pa.Table, declared: str) -> dict[str, list[Tally]]:
    """Declared column to the tallies of its values."""
    found: dict[str, list[Tally]] = {}
    for groups, label, count, tested, right in _tallies(rows, declared):
        for column, value in slices.groups_of(groups).items():
            found.setdefault(column, []).append((value, label, count, tested, right))
    return dict(sorted(found.items()))


def _told(tallies: Iterable[Tally]) -> dict[str, Any]:
    values: dict[str, dict[str, Any]] = {}
    for value, label, count, tested, right in tallies:
        each = values.setdefault(value, {"rows": 0, "labels": Counter(), "tested": 0, "right": 0})
        each["rows"] += count
        each["tested"] += tested
        each["right"] += right
        for name in names(label):
            each["labels"][name] += count
    return {"different": len(values), "shown": list(_largest(values))}


def _largest(values: dict[str, dict[str, Any]]) -> Iterator[dict[str, Any]]:
    for name in sorted(values, key=lambda name: (-values[name]["rows"], name))[:SHOWN]:
        yield {"name": name, **values[name], "labels": dict(sorted(values[name]["labels"].items()))}
