"""Whether a project's data stand rolled back, by whom and why, and what comes back when that ends."""

from __future__ import annotations

from datetime import UTC, datetime

from pydantic import ValidationError

from daybreak import digests
from daybreak.data.versioning import git, tags, workspace
from daybreak.errors import DataError
from daybreak.records import Project, Record

PIN = "pin.json"
LEFT = ".left"  # SHA-256 of dvc.lock as Daybreak left it: whoever changes it afterwards is a person with git or dvc
BY_HAND = "git and dvc"


class Before(Record):
    """What was there before the first rollback; None for a file or section that was not. `digest` is of the data."""

    lock: str | None
    sources: str | None
    sections: dict[str, str | None]
    digest: str


class Pin(Record):
    """A rollback that lasts. `before` is None when it was made by hand: then the newest version comes back."""

    version: int
    reason: str
    actor: str
    at: datetime
    before: Before | None = None


def pinned(project: Project) -> Pin | None:
    """The rollback that lasts, made by `daybreak data rollback` or by plain git and dvc; None when data go on."""
    kept = workspace.content(project.data / PIN)
    if kept is None:
        return _by_hand(project)
    try:
        return Pin.model_validate_json(kept)
    except ValidationError:
        remedy = "Delete it, then roll back again or go on with `daybreak data prepare`"
        raise DataError(f"{project.data / PIN} is damaged", "the file that a rollback writes", remedy) from None


def write(project: Project, pin: Pin | None) -> None:
    """Set the rollback that lasts; None ends it."""
    text = None if pin is None else f"{pin.model_dump_json(indent=1)}\n".encode()
    workspace.put(project.data / PIN, text)


def note(project: Project) -> None:
    """Remember dvc.lock as ours, so that a change by hand can be told from one of our own."""
    lock = project.root / workspace.LOCK
    workspace.put(project.data / LEFT, digests.of_file(lock).encode() if lock.is_file() else None)


def _by_hand(project: Project) -> Pin | None:
    """An older version whose files somebody checked out with plain git, and its data with plain dvc."""
    path = project.root / workspace.LOCK
    lock, left = workspace.content(path), workspace.content(project.data / LEFT)
    if lock is None or left == digests.of_file(path).encode():
        return None
    if left is None and git.content(project.root, "HEAD", workspace.LOCK) == lock:
        return None
    known = tags.history(project)
    current = workspace.digest(project)
    same = [found for found in known[:-1] if found.digest == current and _stands(project, found.version, lock)]
    if not same or current == known[-1].digest:
        return None
    at = datetime.fromtimestamp(path.stat().st_mtime, UTC)
    return Pin(version=same[-1].version, reason="rolled back by hand", actor=BY_HAND, at=at)


def _stands(project: Project, version: int, lock: bytes) -> bool:
    admitted = workspace.content(project.root / workspace.SOURCES)
    wanted = (tags.recorded(project, version, name) for name in (workspace.LOCK, workspace.SOURCES))
    return [lock, admitted] == list(wanted)
