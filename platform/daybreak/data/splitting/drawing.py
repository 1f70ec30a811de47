"""Which rows of a large corpus the report's models see: drawn once and kept, so that a few new rows change no fit."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from daybreak.data import tables

if TYPE_CHECKING:
    import pandas as pd

FILE = Path("data/split/drawn.parquet")
CHARACTERS = 2_600_000  # of a corpus that is looked at whole, the sample among them
WANTED = 1_400_000  # of a draw; at the usual ratios a million of them are in training
LEFT = 0.8  # share of those that must still be there, or all is drawn anew
GROWN = 2  # times as many rows as there were, from which on all is drawn anew
DRAWN: tables.Columns = {"id": "string", "repeats": "int64", "of": "int64"}  # of: rows that it was drawn from


def earlier(root: Path) -> pd.DataFrame | None:
    """The draw of data/split/, None where everything is looked at or nothing was prepared yet."""
    path = root / FILE
    return tables.read(path) if path.is_file() else None


def draw(rows: pd.DataFrame, before: pd.DataFrame | None) -> pd.DataFrame | None:
    """A draw as DRAWN of rows (`id, text, repeats`) in the order of their ids, None where all may be looked at.

    What an earlier draw has is kept, with its repeats of then, as long as enough is left and no multitude has come.
    """
    lengths = rows["text"].str.len()
    if lengths.sum() <= CHARACTERS:
        return None
    if before is not None:
        there = rows["id"].isin(before["id"])
        if lengths[there].sum() >= LEFT * WANTED and len(rows) <= GROWN * before["of"].iloc[0]:
            return before[before["id"].isin(rows["id"][there])]
    return bounded(rows, WANTED).assign(of=len(rows))[list(DRAWN)]


def bounded(rows: pd.DataFrame, characters: int) -> pd.DataFrame:
    """The first rows whose texts have no more characters than this together, at least one.

    Rows of a stage are ordered by id, and an id is a digest: the first ones are a draw, in which repeats stay together.
    """
    return rows[: max(1, int((rows["text"].str.len().cumsum() <= characters).sum()))]
