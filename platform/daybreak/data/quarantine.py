"""The quarantine: which rows of the prepared data were refused, by which rule, with examples."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from daybreak.data import tables

if TYPE_CHECKING:
    import pandas as pd

SHOWN = ("id", "text", "label", "source", "detail")


def by_rule(root: Path, examples: int = 3) -> dict[str, Any]:
    """`rows`, and per rule its `rows` and the first `examples` of them; {"rows": 0, "rules": {}} before the first time.

    Rows are ordered by id, and an id is a digest, so the examples are a draw.
    """
    frames = [tables.read(path) for path in sorted((root / "data/quarantine").glob("*.parquet"))]
    rules = {str(rule): _told(rows, examples) for frame in frames for rule, rows in frame.groupby("rule")}
    return {"rows": sum(rule["rows"] for rule in rules.values()), "rules": dict(sorted(rules.items()))}


def _told(rows: pd.DataFrame, examples: int) -> dict[str, Any]:
    shown = rows.drop_duplicates("text").head(examples)
    return {"rows": len(rows), "examples": shown[list(SHOWN)].to_dict("records")}
