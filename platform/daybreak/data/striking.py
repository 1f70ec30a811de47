"""Take rows out of a raw file: the same file without them, in its own format."""

from __future__ import annotations

import csv
import hashlib
import io
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TypeVar

from daybreak import digests
from daybreak.data import reading
from daybreak.data.ingest import IngestParams
from daybreak.data.sources import Shard
from daybreak.errors import StepFailed

T = TypeVar("T")
Wanted = Callable[[str, str], bool]  # of a row's text and label


def without(path: Path, params: IngestParams, wanted: Wanted) -> bytes | None:
    """The file's content without the rows that are `wanted`, None if it holds none of them.

    Equal content gives equal content. Raises DataError for a file that cannot be read, or lacks one of the columns.
    """
    pairs = reading.read_columns(path, path.name, params.text_column, params.label_column)
    kept = [not wanted(text, label.strip()) for text, label in pairs]
    if all(kept):
        return None
    suffix = path.suffix.lower()
    if suffix in reading.DELIMITERS:
        return _delimited(path, kept, reading.DELIMITERS[suffix])
    return _parquet(path, kept) if suffix == ".parquet" else _json_lines(path, kept)


def shards(path: Path, content: bytes) -> tuple[Shard, Shard]:
    """A raw file as the shard that it is, and as the one that it becomes with this content."""
    now = Shard(name=path.name, sha256=digests.of_file(path), bytes=path.stat().st_size)
    return now, Shard(name=path.name, sha256=hashlib.sha256(content).hexdigest(), bytes=len(content))


def _delimited(path: Path, kept: list[bool], delimiter: str) -> bytes:
    lines = [line for line in csv.reader(io.StringIO(_text(path), newline=""), delimiter=delimiter) if line]
    written = io.StringIO(newline="")
    writer = csv.writer(written, delimiter=delimiter, lineterminator="\n")
    writer.writerow(lines[0])
    writer.writerows(line for line in _chosen(lines[1:], kept, path))
    return written.getvalue().encode()


def _json_lines(path: Path, kept: list[bool]) -> bytes:
    lines = [line for line in _text(path).split("\n") if line.strip()]
    return "".join(f"{line}\n" for line in _chosen(lines, kept, path)).encode()


def _parquet(path: Path, kept: list[bool]) -> bytes:
    import pyarrow as pa
    import pyarrow.parquet as pq

    table = pq.read_table(path, partitioning=None)
    written = io.BytesIO()
    pq.write_table(table.filter(pa.array(kept)), written, compression="zstd", version="2.6")
    return written.getvalue()


def _text(path: Path) -> str:
    return path.read_bytes().decode("utf-8-sig").replace("\r\n", "\n")


def _chosen(rows: Sequence[T], kept: list[bool], path: Path) -> list[T]:
    if len(rows) != len(kept):
        raise StepFailed(f"{path.name} was read as {len(kept)} rows and found to be {len(rows)}", "the same number")
    return [row for row, keep in zip(rows, kept, strict=True) if keep]
