"""What a stack says of itself: written by its supervisor alone, believed only while that lives."""

import contextlib
import json
import os
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Any, Literal

import psutil
from pydantic import ValidationError

from daybreak.errors import StepFailed
from daybreak.records import Record

PartPhase = Literal["waiting", "starting", "up", "unwell", "restarting", "done", "failed", "down"]
Phase = Literal["starting", "up", "stopping", "failed"]
SAME_SECONDS = 0.05
TICKS = 19  # where a process's start stands in /proc/PID/stat, counted behind its name: proc(5), field 22


class PartState(Record):
    """One part: how it is, where it answers, its process, since when it is so, and how often it was started again."""

    state: PartPhase = "waiting"
    address: str = ""
    pid: int | None = None
    since: datetime | None = None
    restarts: int = 0


class StackState(Record):
    """A supervisor and its parts; `born` is its process's start, so that a number used again is not taken for it."""

    pid: int
    born: float
    started_at: datetime
    phase: Phase
    parts: dict[str, PartState]
    error: tuple[str, str, str] | None = None

    @property
    def lives(self) -> bool:
        """Whether the supervisor that wrote this still runs."""
        with contextlib.suppress(psutil.Error, OSError):
            process = psutil.Process(self.pid)
            same = abs(born(process) - self.born) < SAME_SECONDS
            return bool(same and process.status() != psutil.STATUS_ZOMBIE)
        return False


def born(process: psutil.Process) -> float:
    """When a process began, in seconds since the machine did: on Linux, setting the clock does not move that."""
    stat = Path(f"/proc/{process.pid}/stat")
    if not stat.is_file():
        return float(process.create_time())
    fields = stat.read_text(encoding="utf-8", errors="replace").rpartition(")")[2].split()
    return int(fields[TICKS]) / os.sysconf("SC_CLK_TCK")


def state_file(stack: Path) -> Path:
    return stack / "state.json"


def announcement_file(home: Path) -> Path:
    """Exists only while everything is up: where whoever starts a night looks for the stack."""
    return home / "stack.json"


def read(stack: Path) -> StackState | None:
    """The last state that was written, None if there is none or it cannot be read."""
    try:
        return StackState.model_validate_json(state_file(stack).read_text(encoding="utf-8"))
    except (OSError, ValidationError, ValueError):
        return None


def living(stack: Path) -> StackState | None:
    """The state of the stack that runs now, None if none does."""
    found = read(stack)
    return found if found and found.lives else None


def announced(home: Path) -> dict[str, Any]:
    """What stack.json says; StepFailed if it says nothing."""
    try:
        found: dict[str, Any] = json.loads(announcement_file(home).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        raise StepFailed("the stack is not up", "", "Run daybreak up") from None
    return found


def write(path: Path, content: Mapping[str, Any] | Record) -> None:
    """Write JSON so that a reader sees the old or the new, never a part."""
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(f"{path.name}.draft")
    text = content.model_dump_json(indent=1) if isinstance(content, Record) else json.dumps(dict(content), indent=1)
    draft.write_text(text, encoding="utf-8")
    draft.replace(path)
