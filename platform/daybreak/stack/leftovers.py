"""Processes of a stack, known by a mark in their environment, which everything they start inherits.

So nobody escapes by a session of its own, and a process number that was given to somebody else is never mistaken.
"""

import contextlib
from pathlib import Path

import psutil

from daybreak import leash

HOME_MARK, PART_MARK = "DAYBREAK_STACK_HOME", "DAYBREAK_STACK_PART"
ROUNDS = 10


def mark(home: Path, part: str) -> dict[str, str]:
    """Variables for a process of the stack whose state lies in `home`."""
    return {HOME_MARK: str(home), PART_MARK: part}


def marked(home: Path, part: str | None = None) -> list[psutil.Process]:
    """Living processes of the stack of `home`, or of one of its parts; never this one or those above it."""
    own = {process.pid for process in (psutil.Process(), *psutil.Process().parents())}
    return [process for process in psutil.process_iter() if process.pid not in own and _is_of(process, home, part)]


def end(home: Path, part: str | None = None) -> int:
    """SIGKILL every process of the stack of `home`, or of one of its parts; returns how many there were.

    Also what they started and what carries no mark, for a process that renames itself may write over its environment.
    Returns when they are gone, or have been dying for too long.
    """
    ended: dict[int, psutil.Process] = {}
    for _ in range(ROUNDS):
        found = _with_descendants(marked(home, part))
        if not found:
            break
        ended |= found
        leash.end(ended.values())
    return len(ended)


def _is_of(process: psutil.Process, home: Path, part: str | None) -> bool:
    with contextlib.suppress(psutil.Error, OSError):
        if process.status() == psutil.STATUS_ZOMBIE:
            return False
        environment = process.environ()
        return environment.get(HOME_MARK) == str(home) and part in (None, environment.get(PART_MARK))
    return False


def _with_descendants(processes: list[psutil.Process]) -> dict[int, psutil.Process]:
    found = {process.pid: process for process in processes}
    for process in processes:
        with contextlib.suppress(psutil.Error):
            found |= {child.pid: child for child in process.children(recursive=True) if not leash.is_gone(child)}
    return found
