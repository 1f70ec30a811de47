"""Take rows out of a raw file: the same file without them, in its own format."""

from __future__ import annotations

import csv
import gzip
import hashlib
import io
from collections.abc import Callable, Iterator, Sequence
from itertools import compress
from pathlib import Path
from typing import TypeVar

from daybreak import digests
from daybreak.data import reading
from daybreak.data.ingest import IngestParams
from daybreak.data.reading import Row, encoding, formats
from daybreak.data.reading.sources import Shard
from daybreak.errors import StepFailed

T = TypeVar("T")
Wanted = Callable[[Row], bool]


def without(path: Path, params: IngestParams, wanted: Wanted) -> bytes | None:
    """The file's content without the rows that are `wanted`, None if it holds none of them.

    Encoding and compression stay; equal content gives equal content. Raises DataError for a file that cannot be read,
    or lacks one of the columns.
    """
    kept = [not wanted(row) for row in reading.read(path, path.name, params.columns)]
    if all(kept):
        return None
    kind = formats.kind_of(path.name)
    if kind == formats.PARQUET:
        return _parquet(path, kept)
    code = params.encoding or encoding.detect(path, path.name)
    lines = list(encoding.lines(path, path.name, code, newline="" if kind in formats.DELIMITERS else "\n"))
    if kind in formats.DELIMITERS:
        text = _delimited(lines, kept, formats.DELIMITERS[kind], path)
    else:
        rows = [line.rstrip("\r\n") for line in lines if kind in formats.PLAIN or not line.isspace()]
        text = "".join(f"{row}\n" for row in _chosen(rows, kept, path))
    content = text.encode(code)
    return gzip.compress(content, mtime=0) if formats.is_compressed(path.name) else content


def shards(path: Path, content: bytes) -> tuple[Shard, Shard]:
    """A raw file as the shard that it is, and as the one that it becomes with this content."""
    now = Shard(name=path.name, sha256=digests.of_file(path), bytes=path.stat().st_size)
    return now, Shard(name=path.name, sha256=hashlib.sha256(content).hexdigest(), bytes=len(content))


def _delimited(lines: list[str], kept: list[bool], delimiter: str, path: Path) -> str:
    plain = (line.replace("\r\n", "\n") for line in lines)
    header, *rows = filter(None, csv.reader(plain, delimiter=delimiter))
    written = io.StringIO(newline="")
    writer = csv.writer(written, delimiter=delimiter, lineterminator="\n")
    writer.writerows([header, *_chosen(rows, kept, path)])
    return written.getvalue()


def _parquet(path: Path, kept: list[bool]) -> bytes:
    import pyarrow as pa
    import pyarrow.parquet as pq

    table = pq.read_table(path, partitioning=None)
    written = io.BytesIO()
    pq.write_table(table.filter(pa.array(kept)), written, compression="zstd", version="2.6")
    return written.getvalue()


def _chosen(rows: Sequence[T], kept: list[bool], path: Path) -> Iterator[T]:
    if len(rows) != len(kept):
        raise StepFailed(f"{path.name} was read as {len(kept)} rows and found to be {len(rows)}", "the same number")
    return compress(rows, kept)
