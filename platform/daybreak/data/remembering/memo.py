"""What stages worked out before, as Arrow tables in data/memo/: safe to delete at any time, never changes a result."""

from __future__ import annotations

import hashlib
import os
import shutil
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import TYPE_CHECKING, Any
from uuid import uuid4

from daybreak import digests

if TYPE_CHECKING:
    import pyarrow as pa

FOLDER = Path("data/memo")
BYTES = 4 << 30  # of all entries together; what was used least lately goes first
SPARE = 1 << 30  # bytes that are left free on the disk: results go first
STALE_SECONDS = 3600.0  # age of a draft that nobody writes any more
SEAL = hashlib.sha256().digest_size  # bytes at the end of an entry: SHA-256 of all before them
LIBRARIES = ("numpy", "pandas", "pyarrow", "scipy", "scikit-learn", "ftfy", "opencc", "jieba")


class Memo:
    """One entry: a table that follows from `key` (a JSON-able value), from the room's code and from its libraries.

    A missing, cut or altered entry is none, and one that cannot be written is not: a memo saves time and nothing else.
    """

    def __init__(self, root: Path, stage: str, *key: Any) -> None:
        name = digests.of_value([origin(), stage, *key])
        self._folder = root / FOLDER
        self._path = self._folder / f"{stage}-{name}.arrow"

    def read(self) -> pa.Table | None:
        """The table, mapped into memory and not copied; None where there is none that is whole."""
        import pyarrow as pa

        with suppress(OSError, pa.ArrowException):
            os.utime(self._path)
            held = pa.memory_map(str(self._path)).read_buffer()
            content = held.slice(0, max(0, held.size - SEAL))
            if hashlib.sha256(content).digest() == held.slice(content.size).to_pybytes():
                return pa.ipc.open_file(pa.BufferReader(content)).read_all()
        return None

    def drop(self) -> None:
        """Make it none, on a full disk too."""
        with suppress(OSError):
            self._path.unlink(missing_ok=True)

    def write(self, table: pa.Table) -> None:
        """Make the entry this table; a reader sees the old one or this one."""
        with self.draft(table.schema) as draft:
            for batch in table.to_batches():
                draft.write(batch)
            draft.keep()

    @contextmanager
    def draft(self, schema: pa.Schema) -> Iterator[Draft]:
        """The entry piece by piece; it takes its place at the end of the block, if `keep` was called in it."""
        draft = Draft(self._folder / f"{uuid4().hex}.tmp", schema)
        try:
            yield draft
            if draft.finished():
                with suppress(OSError):
                    draft.path.replace(self._path)
        finally:
            draft.close()
            _bound(self._folder)


class Draft:
    """An entry that is being written; what goes wrong with its file ends it quietly."""

    def __init__(self, path: Path, schema: pa.Schema) -> None:
        import pyarrow as pa

        self.path, self._wanted = path, False
        self._sealed: _Sealed | None = None
        with suppress(OSError):
            path.parent.mkdir(parents=True, exist_ok=True)
            self._sealed = _Sealed(path)
            self._writer = pa.ipc.new_file(self._sealed, schema)

    def write(self, batch: pa.RecordBatch) -> None:
        if self._sealed is not None:
            try:
                if shutil.disk_usage(self.path.parent).free < SPARE + batch.nbytes:
                    raise OSError
                self._writer.write_batch(batch)
            except OSError:
                self.close()

    def keep(self) -> None:
        """It is worth keeping."""
        self._wanted = True

    def finished(self) -> bool:
        """Whether a whole entry that is wanted lies at `path` now."""
        if self._sealed is None or not self._wanted:
            return False
        try:
            self._writer.close()
            self._sealed.seal()
        except OSError:
            return False
        return True

    def close(self) -> None:
        if self._sealed is not None:
            with suppress(OSError):
                self._sealed.close()
            self._sealed = None
        with suppress(OSError):
            self.path.unlink(missing_ok=True)


class _Sealed:
    """A file to write to that is followed by the digest of its content."""

    def __init__(self, path: Path) -> None:
        self._file = path.open("wb")
        self._digest = hashlib.sha256()

    @property
    def closed(self) -> bool:
        return self._file.closed

    def write(self, content: Any) -> int:
        self._digest.update(content)
        return self._file.write(content)

    def flush(self) -> None:
        self._file.flush()

    def seal(self) -> None:
        self._file.write(self._digest.digest())
        self._file.close()

    def close(self) -> None:
        self._file.close()


@cache
def origin() -> str:
    """What every entry depends on: the code of the room, Python, and the libraries that stages compute with."""
    return digests.of_value([digests.of_code("data", "__init__.py"), sys.version, [*map(_version, LIBRARIES)]])


def forget(root: Path) -> None:
    """Delete all entries of a project."""
    for path in _entries(root / FOLDER):
        path.unlink(missing_ok=True)


def _version(library: str) -> str:
    try:
        return version(library)
    except PackageNotFoundError:
        return ""


def _entries(folder: Path) -> list[Path]:
    return [*folder.glob("*.arrow"), *folder.glob("*.tmp")] if folder.is_dir() else []


def _bound(folder: Path) -> None:
    """Delete what was used least lately until the rest is small enough, and drafts that were left behind."""
    found = []
    for path in _entries(folder):
        with suppress(OSError):
            told = path.stat()
            found.append((told.st_mtime, told.st_size, path))
    held = sum(size for _, size, path in found if path.suffix != ".tmp")
    for used, size, path in sorted(found):
        stale = path.suffix == ".tmp" and used < time.time() - STALE_SECONDS
        if stale or (path.suffix != ".tmp" and held > BYTES):
            with suppress(OSError):
                path.unlink()
            held -= 0 if path.suffix == ".tmp" else size
