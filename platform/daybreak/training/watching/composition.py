"""What a training was fed, a window of steps at a time: labels, lengths and sources of the rows it learned from."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from daybreak.training.feeding.tokens import Tokens
from daybreak.training.fitting import Fitting

WINDOWS = 20
OTHERS = "others"
MOST_SOURCES = 12


def of(fitting: Fitting, labels: Sequence[str], split: Path) -> list[dict[str, Any]]:
    """One entry for each of at most 20 windows of the steps taken so far, ready for JSON.

    `step` is the last one of the window, `rows` how many were learned from, `labels` and `sources` rows by name,
    `length_mean` and `length_p95` tokens a row. Names that the rows do not have are left out.
    """
    edges = np.unique(np.linspace(0, fitting.number, min(WINDOWS, fitting.number) + 1).round().astype(int))
    named, classes = _sources(split, fitting.subject.rows), _classes(fitting.subject.tokens, labels)
    found = []
    for first, last in zip(edges[:-1].tolist(), edges[1:].tolist(), strict=True):
        places = np.concatenate([batch for step in range(first, last) for batch in fitting.window(step)])
        rows, lengths = fitting.subject.rows[places], fitting.subject.lengths[places]
        point: dict[str, Any] = {"step": last, "rows": len(rows)}
        point |= {"length_mean": float(lengths.mean()), "length_p95": float(np.percentile(lengths, 95))}
        if classes is not None:
            point["labels"] = dict(zip(labels, classes[rows].sum(axis=0).tolist(), strict=True))
        if named is not None:
            point["sources"] = _counted(named[places])
        found.append(point)
    return found


def _classes(tokens: Tokens, labels: Sequence[str]) -> NDArray[np.int64] | None:
    """Which labels each row has, [rows, labels] of 0 and 1; None where targets are no labels."""
    widths = np.unique(np.diff(tokens.target_offsets))
    if not labels or len(widths) != 1 or int(widths[0]) not in (1, len(labels)):
        return None
    found: NDArray[np.int64] = tokens.targets.reshape(len(tokens), -1).astype(np.int64)
    return found if found.shape[1] == len(labels) > 1 else (found == np.arange(len(labels))).astype(np.int64)


def _sources(split: Path, rows: NDArray[np.int64]) -> NDArray[np.object_] | None:
    """Where each row came from, the rarest together; None where the split does not say."""
    import pyarrow.parquet as pq

    if "source" not in pq.read_schema(split).names:
        return None
    column = pq.read_table(split, columns=["source"]).column("source").to_pylist()
    named = np.array([str(value) for value in column], dtype=object)[rows]
    names, counts = np.unique(named, return_counts=True)
    if len(names) > MOST_SOURCES:
        often = names[np.argsort(-counts, kind="stable")[: MOST_SOURCES - 1]]
        named[~np.isin(named, often)] = OTHERS
    return named


def _counted(names: NDArray[np.object_]) -> dict[str, int]:
    found, counts = np.unique(names, return_counts=True)
    return dict(zip(found.tolist(), counts.tolist(), strict=True))
