"""Starts a supervisor that outlives its starter, follows what it says, and ends it."""

import contextlib
import socket
import subprocess
import time
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import psutil

from daybreak.errors import StepFailed
from daybreak.settings import child_environment
from daybreak.stack import leftovers, state
from daybreak.stack.state import StackState

END_SECONDS = 17.0
START_SECONDS = 30.0  # until the supervisor says its first word
POLL_SECONDS = 0.1
NAME = "supervisor"


def launch(
    command: Sequence[str],
    stack: Path,
    cwd: Path,
    environment: Mapping[str, str],
    *,
    claims: Sequence[socket.socket] = (),
) -> "subprocess.Popen[bytes]":
    """Start a supervisor in a session of its own, so that it outlives this terminal; it logs into `stack`.

    It keeps the `claims` on its ports for as long as it lives.
    """
    stack.mkdir(parents=True, exist_ok=True)
    with (stack / f"{NAME}.log").open("wb") as log:
        return subprocess.Popen(
            list(command),
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            start_new_session=True,
            pass_fds=[claim.fileno() for claim in claims],
            cwd=cwd,
            env=child_environment({**environment, **leftovers.mark(stack, NAME)}),
        )


def follow(stack: Path, process: "subprocess.Popen[bytes] | None" = None) -> Iterator[StackState]:
    """Each new state of the stack until it is up: of the supervisor `process`, or of whichever lives.

    Raises StepFailed, in the supervisor's own words, if it does not come up.
    """
    last: StackState | None = None
    deadline = time.monotonic() + START_SECONDS
    while last is None or last.phase != "up":
        ended = process is not None and process.poll() is not None
        found = state.read(stack)
        if found and process and found.pid == process.pid and found.error:
            process.wait()
            raise StepFailed(*found.error)
        if found and found.lives:
            if found != last:
                yield found
            last, deadline = found, time.monotonic() + START_SECONDS
        elif ended or time.monotonic() > deadline:
            raise StepFailed("the stack did not come up", "", f"Read {stack / f'{NAME}.log'}")
        time.sleep(POLL_SECONDS)


def stop(stack: Path) -> int:
    """End the stack and whatever is left of one; returns how many processes had to be killed beyond its own farewell.

    Idempotent, and bounded: the supervisor has END_SECONDS to take its parts down, then all are killed.
    """
    if found := state.living(stack):
        with contextlib.suppress(psutil.NoSuchProcess):
            supervisor = psutil.Process(found.pid)
            supervisor.terminate()
            psutil.wait_procs([supervisor], timeout=END_SECONDS)
    killed = leftovers.end(stack)
    for file in (state.state_file(stack), state.announcement_file(stack.parent)):
        file.unlink(missing_ok=True)
    return killed
