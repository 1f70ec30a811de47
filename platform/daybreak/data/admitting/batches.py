"""What was decided about each batch: held aside, admitted or excluded, by which check or whom, and why."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any, Literal

from pydantic import Field, ValidationError

from daybreak import locks
from daybreak.data.reading.sources import Batch, Shard
from daybreak.errors import DataError
from daybreak.records import Record

INCOMING = Path("data/incoming")
FILE = Path("data/batches.json")
LOCK = Path("data/batches.lock")
LOCK_SECONDS = 10.0  # a change takes milliseconds
CHECKS = "admission"  # who decided, where no person did

Stamp = tuple[int, int, int]  # bytes, and nanoseconds of modification and change: other content, other stamp


class Decision(Record):
    """One batch's fate. `check`, `measured` and `limit` are those that held it, `measurements` all there are.

    `file` is where it came from, below the project; None for one of the source's own files. A held batch whose file
    could not be read has no SHA-256.
    """

    name: str
    file: str | None
    sha256: str
    bytes: int
    state: Literal["held", "excluded", "admitted"]
    reason: str
    by: str
    at: datetime
    check: str = ""
    measured: float | None = None
    limit: float | None = None
    measurements: dict[str, float] = Field(default={})

    @property
    def batch(self) -> Batch:
        """As data/sources.yaml lists it."""
        shard = Shard(name=self.name, sha256=self.sha256, bytes=self.bytes)
        return Batch(name=self.name, source="files", shards=(shard,), origin=self.file)

    @property
    def key(self) -> str:
        return key_of(self.batch)


class Seen(Record):
    """What a file in data/incoming/ was found to be: the batch it is (by key), or why it is not finished (`note`)."""

    stamp: Stamp | None
    key: str = ""
    note: str = ""


class Book(Record):
    """The whole file: one decision a batch, and the files that were looked into, by their path in data/incoming/."""

    decisions: tuple[Decision, ...] = ()
    seen: dict[str, Seen] = Field(default={})

    def find(self, key: str) -> Decision | None:
        return next((decision for decision in self.decisions if decision.key == key), None)

    def decided(self, decision: Decision) -> Book:
        """The book with this decision in the place of any earlier one about the same batch."""
        return self.without(decision.key)._with(decisions=(*self.without(decision.key).decisions, decision))

    def without(self, key: str) -> Book:
        return self._with(decisions=tuple(each for each in self.decisions if each.key != key))

    def _with(self, **fields: Any) -> Book:
        return self.model_copy(update=fields)


def key_of(batch: Batch) -> str:
    """What a batch is known by: its content or, where that could not be read, its file."""
    return "+".join(shard.sha256 for shard in batch.shards) or batch.origin or batch.name


def facts_of(batch: Batch) -> dict[str, Any]:
    """What a decision says of a batch; of several files, the first one's digest."""
    size = sum(shard.bytes for shard in batch.shards)
    return {"name": batch.name, "file": batch.origin, "sha256": batch.shards[0].sha256, "bytes": size}


def came_in(batch: Batch) -> bool:
    """Whether a batch came through data/incoming/, and not with the source that params.yaml names."""
    return batch.source == "files" and batch.origin is not None


def read(root: Path) -> Book:
    """What was decided so far. Raises DataError for a damaged file."""
    path = root / FILE
    try:
        return Book(**json.loads(path.read_text(encoding="utf-8")))
    except FileNotFoundError:
        return Book()
    except (ValueError, TypeError, ValidationError):
        remedy = "Delete it: files in data/incoming/ are checked again, and exclusions must be made again"
        raise DataError(f"{path} is damaged", "the file that Daybreak writes", remedy) from None


def change(root: Path, edit: Callable[[Book], Book]) -> Book:
    """Read, edit and write the file, one process at a time; a reader sees the old one or the new one."""
    with locks.hold(root / LOCK, LOCK_SECONDS, "a decision about a batch"):
        before = read(root)
        after = edit(before)
        if after != before:
            draft = (root / FILE).with_suffix(".json.tmp")
            draft.write_text(after.model_dump_json(indent=1, exclude_defaults=True) + "\n", encoding="utf-8")
            draft.replace(root / FILE)
    return after
