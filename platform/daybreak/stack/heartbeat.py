"""The stack's heartbeat: a file that says when everything was last seen to be well, and so when an outage began."""

import json
from datetime import UTC, datetime
from pathlib import Path

from daybreak.stack import state


def last(stack: Path) -> datetime | None:
    """When the heart of the stack in folder `stack` last beat; None if it never did, or the file cannot be read."""
    try:
        at = datetime.fromisoformat(json.loads(_file(stack).read_text(encoding="utf-8"))["at"])
    except (OSError, ValueError, KeyError, TypeError):
        return None
    return at if at.tzinfo else None


def beat(stack: Path, now: datetime | None = None) -> None:
    """Write that everything is well; a reader sees the old beat or the new one, never half of one."""
    state.write(_file(stack), {"at": (now or datetime.now(UTC)).isoformat()})


def _file(stack: Path) -> Path:
    return stack / "heartbeat.json"
