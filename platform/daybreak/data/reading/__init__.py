"""From one admitted file to rows: CSV, TSV, JSON Lines, Parquet, plain text, packed by gzip or not."""

from __future__ import annotations

import gzip
import zlib
from collections.abc import Iterable, Iterator, Mapping
from operator import itemgetter
from pathlib import Path
from typing import Any

from daybreak.data.reading import delimited, encoding, foreign, formats, json_lines, parquet
from daybreak.data.reading.formats import DELIMITERS, LINES
from daybreak.data.reading.rows import Columns, Row, Values, listed, rows
from daybreak.errors import DataError

__all__ = ["Columns", "Row", "is_text", "read", "read_lines", "require"]


def read(path: Path, name: str, columns: Columns) -> Iterator[Row]:
    """Every row of a file, streamed, "" where a value is missing. `name` is what messages call the file.

    Raises DataError for a file that is not what its name says, is cut or damaged, lacks a column, or holds a row that
    does not fit it.
    """
    yield from _explained(_rows(path, name, columns), name)


def require(path: Path, name: str, columns: Columns) -> None:
    """Raise what `read` would for the file's kind, encoding and columns and its first row, reading no further."""
    next(read(path, name, columns), None)


def read_lines(path: Path, label: str, code: str | None = None) -> Iterator[tuple[str, str]]:
    """Every line of a text file under one label."""
    for line in encoding.lines(path, path.name, code, newline="\n"):
        yield line.removesuffix("\n").removesuffix("\r"), label


def is_text(name: str) -> bool:
    """Whether a file has an encoding, as all but Parquet have."""
    return formats.kind_of(name) != formats.PARQUET


def _rows(path: Path, name: str, columns: Columns) -> Iterator[Row]:
    foreign.refuse(path, name)
    kind = formats.kind_of(path.name)
    if kind in formats.PLAIN:
        label = formats.label_of(name)
        code = columns.encoding or encoding.detect(path, name)
        yield from rows(read_lines(path, label, code), name, Columns())
    else:
        yield from rows(_values(path, name, kind, columns), name, columns)


def _values(path: Path, name: str, kind: str, columns: Columns) -> Iterator[Values]:
    """The wanted columns' values; raises DataError where one is not there."""
    if kind in DELIMITERS:
        lines = delimited.read(path, name, DELIMITERS[kind], columns.encoding)
        header = next(lines)
        _require(header, name, columns.wanted, ", or mend the first line if it is no header")
        places = [header.index(column) for column in columns.wanted]
        return map(itemgetter(*places), lines) if len(places) > 1 else ((line[places[0]],) for line in lines)
    if kind in LINES:
        code = columns.encoding or encoding.detect(path, name)
        _require(_keys(json_lines.read(path, name, code), columns.wanted), name, columns.required)
        return (tuple(map(row.get, columns.wanted)) for row in json_lines.read(path, name, code))
    _require(parquet.names(path, name), name, columns.wanted)
    return parquet.read(path, name, list(columns.wanted))


def _keys(objects: Iterator[dict[str, Any]], wanted: Iterable[str]) -> list[str]:
    """The keys of as many objects as it takes to see all wanted ones: mostly of one."""
    seen: dict[str, None] = {}
    for each in objects:
        seen |= dict.fromkeys(each)
        if seen.keys() >= set(wanted):
            break
    return list(seen)


def _require(columns: list[str], name: str, wanted: Mapping[str, str], otherwise: str = "") -> None:
    for column, key in wanted.items():
        if column not in columns:
            found = f"{name} has no column {column!r}, its columns are {listed(columns)}"
            raise DataError(found, f"the column that {key} names", f"Set {key} in params.yaml{otherwise}")


def _explained(rows: Iterator[Row], name: str) -> Iterator[Row]:
    try:
        yield from rows
    except UnicodeDecodeError as error:
        found = f"{name} is not {error.encoding.upper()} throughout: {error.reason}"
        raise DataError(found, "one encoding", "Write it again, or name its encoding as ingest.encoding") from None
    except (EOFError, zlib.error, gzip.BadGzipFile) as error:
        raise DataError(f"{name} cannot be unpacked: {error}", "a whole gzip file", "Bring it again") from None
