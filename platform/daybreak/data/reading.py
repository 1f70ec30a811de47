"""From one admitted shard to (text, label) pairs: CSV, TSV, JSON Lines, Parquet, and the sample's plain lines."""

import csv
import io
import json
import sys
from collections.abc import Iterator
from math import isnan
from pathlib import Path
from typing import Any

from daybreak.errors import DataError

Pair = tuple[str, str]
DELIMITERS = {".csv": ",", ".tsv": "\t"}


def read_lines(path: Path, label: str) -> Iterator[Pair]:
    """Every line of a text file under one label."""
    for line in _text(path, path.name).removesuffix("\n").split("\n"):
        yield line, label


def read_columns(path: Path, name: str, text_column: str, label_column: str) -> Iterator[Pair]:
    """The two columns of a shard, "" where a value is missing. `name` is what messages call the file.

    Raises DataError for a missing column, a file that is not UTF-8, and a row that does not fit its header.
    """
    suffix = path.suffix.lower()
    if suffix in DELIMITERS:
        rows = _delimited(path, name, DELIMITERS[suffix])
    elif suffix == ".parquet":
        rows = _parquet(path, name)
    else:
        rows = _json_lines(path, name)
    columns = next(rows)
    for key, column in (("ingest.text_column", text_column), ("ingest.label_column", label_column)):
        if column not in columns:
            found = f"{name} has no column {column!r}, its columns are {', '.join(map(repr, columns)) or 'none'}"
            raise DataError(found, f"the column that {key} names", f"Set {key} in params.yaml")
    for row in rows:
        yield _plain(row.get(text_column), name, text_column), _plain(row.get(label_column), name, label_column)


def _delimited(path: Path, name: str, delimiter: str) -> Iterator[Any]:
    """The header, then one mapping a row; empty lines are no rows."""
    csv.field_size_limit(min(sys.maxsize, 2**31 - 1))
    reader = csv.reader(io.StringIO(_text(path, name), newline=""), delimiter=delimiter, strict=True)
    try:
        header = next((line for line in reader if line), [])
        if len(set(header)) < len(header):
            raise DataError(f"{name} names a column twice in {header}", "distinct column names", "Mend its first line")
        yield header
        for values in reader:
            if values and len(values) != len(header):
                found = f"{name}, line {reader.line_num}, has {len(values)} fields"
                raise DataError(found, f"{len(header)}, as its first line", "Quote the field that holds a delimiter")
            if values:
                yield dict(zip(header, values, strict=True))
    except csv.Error as error:
        raise DataError(f"{name}, line {reader.line_num}, cannot be read: {error}", "", "Mend that line") from None


def _json_lines(path: Path, name: str) -> Iterator[Any]:
    rows = []
    for number, line in enumerate(_text(path, name).split("\n"), start=1):
        if not line.strip():
            continue
        try:
            row = json.loads(line)
        except ValueError as error:
            raise DataError(
                f"{name}, line {number}, is not JSON: {error}", "one object a line", "Mend that line"
            ) from None
        if not isinstance(row, dict):
            raise DataError(f"{name}, line {number}, is a {type(row).__name__}", "one object a line", "Mend that line")
        rows.append(row)
    yield list(dict.fromkeys(key for row in rows for key in row))
    yield from rows


def _parquet(path: Path, name: str) -> Iterator[Any]:
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        file = pq.ParquetFile(path)
        yield file.schema_arrow.names
        for batch in file.iter_batches():
            yield from batch.to_pylist()
    except pa.ArrowException as error:
        reason = " ".join(str(error).split())[:200]
        raise DataError(f"{name} cannot be read as Parquet: {reason}", "", "Write the file again") from None


def _text(path: Path, name: str) -> str:
    """A file's text, without a byte-order mark and with Unix line ends."""
    try:
        return path.read_bytes().decode("utf-8-sig").replace("\r\n", "\n")
    except UnicodeDecodeError as error:
        found = f"{name} is not UTF-8: byte {error.start} is 0x{error.object[error.start]:02x}"
        raise DataError(found, "UTF-8", "Convert it, for example with iconv -f GB18030 -t UTF-8") from None


def _plain(value: Any, name: str, column: str) -> str:
    """A value as text: "" for a missing one, whole numbers without a point, what UTF-8 cannot carry replaced."""
    if value is None or (isinstance(value, float) and isnan(value)):
        return ""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    if isinstance(value, int | float):
        return str(value)
    if not isinstance(value, str):
        raise DataError(
            f"column {column!r} of {name} holds a {type(value).__name__}", "text or numbers", "Name another column"
        )
    return value if value.isascii() else value.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
