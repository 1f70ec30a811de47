"""One at a time: a lock that waits for a bounded while, then says who holds it."""

import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

from filelock import FileLock, Timeout

from daybreak.errors import Busy


@contextmanager
def hold(path: Path, wait_seconds: float, what: str) -> Iterator[None]:
    """Hold the lock at `path` for this block. The system frees it if this process dies.

    Raises Busy, naming the holder's process, what it does and since when, after `wait_seconds`.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    lock = FileLock(path)
    holder = path.with_suffix(".holder")
    try:
        lock.acquire(timeout=wait_seconds)
    except Timeout:
        raise Busy(_named(holder), "to be the only one", "Wait for it, or end that process") from None
    try:
        now = datetime.now(UTC).isoformat(timespec="seconds")
        holder.write_text(json.dumps({"pid": os.getpid(), "what": what, "since": now}), encoding="utf-8")
        yield
    finally:
        lock.release()


def _named(holder: Path) -> str:
    try:
        who = json.loads(holder.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return "another process holds the lock"
    return f"process {who['pid']} is at it since {who['since']}: {who['what']}"
