"""Processes of a stack, known by a mark in their environment, which everything they start inherits.

So nobody escapes by a session of its own, and a process number that was given to somebody else is never mistaken.
"""

import contextlib
from collections.abc import Iterable
from pathlib import Path

import psutil

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
    """SIGKILL every process of the stack of `home`, or of one of its parts; returns how many there were."""
    ended: set[int] = set()
    for _ in range(ROUNDS):
        found = marked(home, part)
        if not found:
            break
        ended |= {process.pid for process in found}
        _kill(found)
    return len(ended)


def _is_of(process: psutil.Process, home: Path, part: str | None) -> bool:
    with contextlib.suppress(psutil.Error, OSError):
        if process.status() == psutil.STATUS_ZOMBIE:
            return False
        environment = process.environ()
        return environment.get(HOME_MARK) == str(home) and part in (None, environment.get(PART_MARK))
    return False


def _kill(processes: Iterable[psutil.Process]) -> None:
    found = list(processes)
    for process in found:
        with contextlib.suppress(psutil.NoSuchProcess):
            process.kill()
    psutil.wait_procs(found, timeout=1)
