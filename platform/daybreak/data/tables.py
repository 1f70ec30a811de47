"""Parquet and JSON between stages: fixed columns, order and settings, so that equal rows make equal bytes."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import pandas as pd

Columns = Mapping[str, str]  # name to pyarrow type, in the order in which they are written and sorted

ROW: Columns = {"id": "string", "text": "string", "label": "string", "source": "string", "train_only": "bool"}
DISTINCT: Columns = {**ROW, "repeats": "int64"}
PLACED: Columns = {"id": "string", "text": "string", "label": "string", "cluster": "string", **DISTINCT}
CLUSTER: Columns = {"id": "string", "cluster": "string"}
PAIR: Columns = {"left": "string", "right": "string", "similarity": "float64"}
ASSIGNMENT: Columns = {"id": "string", "cluster": "string", "split": "string"}
ANSWER: Columns = {"id": "string", "label": "string", "predicted": "string", "score": "float64"}
REFUSED: Columns = {
    "id": "string",
    "text": "string",
    "label": "string",
    "source": "string",
    "rule": "string",
    "detail": "string",
}


def read(path: Path) -> pd.DataFrame:
    """A table as a frame, in the file's order."""
    import pandas as pd

    return pd.read_parquet(path)


def read_column(path: Path, name: str) -> list[Any]:
    """One column of a table, in the file's order."""
    import pyarrow.parquet as pq

    values: list[Any] = pq.read_table(path, columns=[name])[name].to_pylist()
    return values


def write(frame: pd.DataFrame, path: Path, columns: Columns) -> None:
    """Write `columns` of the frame, sorted by them from the left; other columns are left out."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    path.parent.mkdir(parents=True, exist_ok=True)
    ordered = frame.sort_values(list(columns), kind="stable")
    schema = pa.schema([(name, pa.type_for_alias(alias)) for name, alias in columns.items()])
    arrays = [
        pa.array(ordered[name].tolist(), type=field.type, from_pandas=True)
        for name, field in zip(columns, schema, strict=True)
    ]
    pq.write_table(pa.Table.from_arrays(arrays, schema=schema), path, compression="zstd", version="2.6")


def refused(frame: pd.DataFrame, rule: str, detail: str = "") -> pd.DataFrame:
    """Rows as the quarantine keeps them: with the rule that refused them."""
    return frame.assign(rule=rule, detail=detail)[list(REFUSED)]


def write_json(value: Any, path: Path) -> None:
    """Write readable JSON, the same bytes for the same value."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(value, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")


def read_json(path: Path) -> Any:
    """Read what `write_json` wrote."""
    return json.loads(path.read_text(encoding="utf-8"))
