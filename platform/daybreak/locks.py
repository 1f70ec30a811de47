"""One at a time: a lock that waits for a bounded while, then says who holds it."""

import json
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from filelock import FileLock, Timeout

from daybreak.errors import Busy


@dataclass(frozen=True)
class Held:
    """A lock that this process holds."""

    path: Path
    what: str
    _lock: FileLock

    @contextmanager
    def lent(self, wait_seconds: float) -> Iterator[None]:
        """Let others have the lock for this block; Busy if it cannot be had back within `wait_seconds`."""
        self._lock.release()
        try:
            yield
        finally:
            self._take(wait_seconds)

    def _take(self, wait_seconds: float) -> None:
        try:
            self._lock.acquire(timeout=wait_seconds)
        except Timeout:
            raise Busy(_named(self.path), "to be the only one", "Wait for it, or end that process") from None
        now = datetime.now(UTC).isoformat(timespec="seconds")
        holder = json.dumps({"pid": os.getpid(), "what": self.what, "since": now})
        self.path.with_suffix(".holder").write_text(holder, encoding="utf-8")


def _in_silence(holder: str) -> None:
    """Nobody is told that we wait."""


@contextmanager
def hold(path: Path, wait_seconds: float, what: str, waiting: Callable[[str], None] = _in_silence) -> Iterator[Held]:
    """Hold the lock at `path` for this block. The system frees it if this process dies.

    `waiting` is told once, in words, who holds it, if it cannot be had at once. Raises Busy, naming the holder's
    process, what it does and since when, after `wait_seconds`.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    held = Held(path, what, FileLock(path))
    try:
        held._take(0)
    except Busy as busy:
        waiting(busy.found)
        held._take(wait_seconds)
    try:
        yield held
    finally:
        held._lock.release()


def _named(path: Path) -> str:
    try:
        who = json.loads(path.with_suffix(".holder").read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return "another process holds the lock"
    return f"process {who['pid']} is at it since {who['since']}: {who['what']}"
