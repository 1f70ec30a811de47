"""Rows gathered as columns and written in order: a million short ones take some hundred megabytes."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from daybreak.data import tables
from daybreak.data.tables import Columns

if TYPE_CHECKING:
    import pyarrow as pa

ROWS = 65_536  # held as Python's own values before they become columns


class Gathered:
    """Rows of one table. `add` takes the values of its columns, in their order."""

    def __init__(self, columns: Columns) -> None:
        self._columns = columns
        self._rows: list[tuple[Any, ...]] = []
        self._batches: list[pa.RecordBatch] = []

    def add(self, row: tuple[Any, ...]) -> None:
        self._rows.append(row)
        if len(self._rows) == ROWS:
            self._pack()

    def table(self) -> pa.Table:
        """All rows, in the order in which they came."""
        import pyarrow as pa

        self._pack()
        return pa.Table.from_batches(self._batches, tables.schema(self._columns, wide=True))

    def write(self, path: Path) -> None:
        """Write the rows sorted by their columns from the left, so that equal rows make equal bytes."""
        tables.write_table(self.table(), path, self._columns)

    def _pack(self) -> None:
        import pyarrow as pa

        if not self._rows:
            return
        schema = tables.schema(self._columns, wide=True)
        columns = zip(*self._rows, strict=True)
        arrays = [pa.array(values, field.type) for values, field in zip(columns, schema, strict=True)]
        self._batches.append(pa.RecordBatch.from_arrays(arrays, schema=schema))
        self._rows = []
