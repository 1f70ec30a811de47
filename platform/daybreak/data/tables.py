"""Parquet and JSON between stages: fixed columns, order and settings, so that equal rows make equal bytes."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from daybreak import __version__

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd
    import pyarrow as pa
    import pyarrow.parquet as pq

Columns = Mapping[str, str]  # name to pyarrow type, in the order in which they are written and sorted

ROW: Columns = {
    "id": "string",
    "text": "string",  # of a conversation: what its turns say, a line each
    "label": "string",  # of several: a JSON list in order; of a conversation: ""
    "messages": "string",  # a JSON list of {role, content}, "" for a labelled text
    "groups": "string",  # a JSON object of the declared group columns, "" without any
    "slices": "string",  # and of the columns that are assessed, null where a row says nothing
    "source": "string",
    "licence": "string",  # SPDX identifier, "" where nobody said
    "collected": "string",  # ISO date, "" where nobody said
    "train_only": "bool",
}
CLEANED: Columns = {**ROW, "identity": "string", "language": "string"}
DISTINCT: Columns = {**CLEANED, "repeats": "int64"}  # repeats: rows of that text
PLACED: Columns = {"id": "string", "text": "string", "label": "string", "cluster": "string", **DISTINCT}
SAID: Columns = {"identity": "string", "groups": "string"}
CLUSTER: Columns = {"id": "string", "cluster": "string"}
PAIR: Columns = {"left": "string", "right": "string", "similarity": "float64"}
SUSPECT: Columns = {**PAIR, "left_label": "string", "right_label": "string"}
ASSIGNMENT: Columns = {"id": "string", "cluster": "string", "split": "string", "identity": "string"}
ANSWER: Columns = {"id": "string", "label": "string", "predicted": "string", "score": "float64"}
REFUSED: Columns = {
    **ROW,
    "rule": "string",
    "value": "string",  # what was measured, and the threshold it broke, where the rule has one
    "threshold": "string",
    "detail": "string",
    "pipeline": "string",  # version of Daybreak that refused the row
}
ROW_GROUP = 1 << 16  # rows written and read at a time
EMPTY: Mapping[str, Any] = {"string": "", "bool": False, "int64": 0, "float64": 0.0}


def read(path: Path) -> pd.DataFrame:
    """A table as a frame, in the file's order."""
    frame: pd.DataFrame = read_table(path).to_pandas()
    return frame


def read_table(path: Path, *columns: str) -> pa.Table:
    """These columns of a table, or all, in the file's order; one file needs nothing of pyarrow's data sets."""
    import pyarrow.parquet as pq

    with pq.ParquetFile(path) as file:
        return file.read(list(columns) or None)


def places(wanted: Any, names: Any) -> np.ndarray[Any, np.dtype[np.int64]]:
    """The first place of each wanted name in `names`, -1 where it has none."""
    import numpy as np
    import pyarrow as pa
    import pyarrow.compute as pc

    found = pc.index_in(*(pa.array(each).cast(pa.large_string()) for each in (wanted, names)))
    return np.asarray(found.fill_null(-1), np.int64)


def beside(wanted: Any, names: Any, values: Any, absent: Any) -> np.ndarray[Any, Any]:
    """Of each wanted name the value that stands beside its first place in `names`, `absent` where it has none."""
    import numpy as np

    found: np.ndarray[Any, Any] = np.append(np.asarray(values), absent)[places(wanted, names)]
    return found


def read_sorted(path: Path, columns: Columns) -> pd.DataFrame:
    """A table as a frame, sorted by these columns from the left, whatever the file's order."""
    return in_order(read_table(path, *columns)).to_pandas()


def read_column(path: Path, name: str) -> list[Any]:
    """One column of a table, in the file's order."""
    values: list[Any] = read_table(path, name)[name].to_pylist()
    return values


def batches(path: Path) -> Iterator[pa.RecordBatch]:
    """A table piece by piece, in the file's order, so that memory does not grow with it."""
    import pyarrow.parquet as pq

    with pq.ParquetFile(path) as file:
        yield from file.iter_batches(ROW_GROUP)


def write(frame: pd.DataFrame, path: Path, columns: Columns) -> None:
    """Write `columns` of the frame, sorted by them from the left; others are left out, absent ones are empty."""
    import pyarrow as pa

    wanted = schema(columns, wide=True)
    arrays = [
        pa.array(frame[field.name], field.type, from_pandas=True)
        if field.name in frame
        else pa.repeat(pa.scalar(EMPTY[columns[field.name]], field.type), len(frame))
        for field in wanted
    ]
    write_table(pa.Table.from_arrays(arrays, schema=wanted), path, columns)


def write_table(table: pa.Table, path: Path, columns: Columns) -> None:
    """Write the rows of an Arrow table, which has these columns, sorted by them from the left."""
    ordered = in_order(table.select(list(columns)))
    with opened(path, columns) as file:
        for start in range(0, max(1, len(ordered)), ROW_GROUP):
            file.write_table(ordered.slice(start, ROW_GROUP).cast(schema(columns)))


def in_order(table: pa.Table) -> pa.Table:
    """The rows sorted by all columns from the left; by the first alone, and by the others where that one is equal."""
    import numpy as np
    import pyarrow.compute as pc

    first = table.column(0).combine_chunks()
    sorted_already = pc.all(pc.less_equal(first.slice(0, max(0, len(first) - 1)), first.slice(1))).as_py() in (
        True,
        None,
    )
    order = np.arange(len(first)) if sorted_already else pc.sort_indices(first).to_numpy().copy()
    ordered = first if sorted_already else first.take(order)
    tied = np.zeros(len(first), bool)
    tied[1:] = pc.equal(ordered.slice(1), ordered.slice(0, max(0, len(first) - 1))).to_numpy(zero_copy_only=False)
    tied[:-1] |= tied[1:].copy()
    places = np.flatnonzero(tied)
    if len(places):
        among = table.take(order[places])
        keys = [(name, "ascending") for name in table.column_names]
        order[places] = order[places][pc.sort_indices(among, sort_keys=keys).to_numpy()]
    return table if np.array_equal(order, np.arange(len(order))) else table.take(order)


def opened(path: Path, columns: Columns) -> pq.ParquetWriter:
    """A table to write piece by piece, in order; close it, or use it as a context."""
    import pyarrow.parquet as pq

    path.parent.mkdir(parents=True, exist_ok=True)
    return pq.ParquetWriter(path, schema(columns), compression="zstd", version="2.6")


def schema(columns: Columns, *, wide: bool = False) -> pa.Schema:
    """Names and types as in a file, or `wide`: in memory, where texts may be more than 2 GiB together."""
    import pyarrow as pa

    types = {**columns, **({name: "large_string" for name in columns if columns[name] == "string"} if wide else {})}
    return pa.schema([(name, pa.type_for_alias(alias)) for name, alias in types.items()])


def refused(frame: pd.DataFrame, rule: str, detail: str = "", value: str = "", threshold: str = "") -> pd.DataFrame:
    """Rows as the quarantine keeps them: with the rule that refused them, what it measured and what it allows."""
    told = {"rule": rule, "value": value, "threshold": threshold, "detail": detail, "pipeline": __version__}
    return frame.assign(**told).reindex(columns=list(REFUSED), fill_value="")


def write_json(value: Any, path: Path) -> None:
    """Write readable JSON, the same bytes for the same value."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(value, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")


def read_json(path: Path) -> Any:
    """Read what `write_json` wrote."""
    return json.loads(path.read_text(encoding="utf-8"))
