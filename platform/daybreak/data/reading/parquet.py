"""Parquet: the wanted columns alone, a batch of rows at a time."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from daybreak.errors import DataError

ROWS = 8192  # of a batch


def names(path: Path, name: str) -> list[str]:
    """The columns of a file. Raises DataError for one that is cut, encrypted or no Parquet."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        found: list[str] = pq.ParquetFile(path).schema_arrow.names
    except (pa.ArrowException, OSError) as error:
        raise _unreadable(name, error) from None
    return found


def read(path: Path, name: str, columns: Sequence[str]) -> Iterator[tuple[Any, ...]]:
    """The values of these columns, row by row."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        for batch in pq.ParquetFile(path).iter_batches(ROWS, columns=list(columns)):
            yield from zip(*(batch[column].to_pylist() for column in columns), strict=True)
    except (pa.ArrowException, OSError, UnicodeDecodeError) as error:
        raise _unreadable(name, error) from None


def _unreadable(name: str, error: Exception) -> Exception:
    if isinstance(error, FileNotFoundError | PermissionError):
        return error
    reason = " ".join(str(error).split())[:200]
    return DataError(f"{name} cannot be read as Parquet: {reason}", "a whole file", "Write the file again")
