"""A child process that cannot outlive its parent, also when the parent dies by kill -9.

The child's standard input is a pipe that only the parent holds open; when the parent is gone, by whatever death, the
kernel closes it, and the child kills its whole session. Any command can be put on a leash by way of this module:

    python -m daybreak.leash -- COMMAND ARGUMENT...
"""

import contextlib
import os
import select
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import Any

import psutil

GRACE_SECONDS = 5.0
POLL_SECONDS = 0.5
DYING_SECONDS = 30.0  # the system takes a large process apart for seconds, on a busy machine for many


class Child:
    """A leashed process in a session of its own; leaving the `with` block ends it and everything that it started.

    The command must call `tie` itself; `leashed` wraps one that cannot. Standard error goes to `log` (truncated first),
    and so does standard output, unless `piped`: then `lines` reads it. `env` is the whole environment, None for ours.
    """

    def __init__(
        self,
        command: Sequence[str],
        *,
        env: Mapping[str, str] | None = None,
        log: Path | None = None,
        piped: bool = False,
        cwd: Path | None = None,
    ) -> None:
        self.command = list(command)
        self._options: dict[str, Any] = {"env": None if env is None else dict(env), "cwd": cwd}
        self._log, self._piped = log, piped
        self._process: subprocess.Popen[str] | None = None

    def __enter__(self) -> "Child":
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    @property
    def pid(self) -> int:
        return self._running.pid

    @property
    def returncode(self) -> int | None:
        """Exit status, negative for a signal; None while it runs."""
        return self._running.poll()

    def start(self) -> None:
        """Start the command; FileNotFoundError if there is no such program."""
        with contextlib.ExitStack() as closing:
            log = closing.enter_context(self._log.open("w", encoding="utf-8")) if self._log else subprocess.DEVNULL
            self._process = subprocess.Popen(
                self.command,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE if self._piped else log,
                stderr=log,
                text=True,
                encoding="utf-8",
                errors="replace",
                start_new_session=True,
                **self._options,
            )

    def lines(self) -> Iterator[str]:
        """What a `piped` child prints, line by line, until it closes its standard output."""
        if self._running.stdout is None:
            raise RuntimeError(f"{self.command[0]} was not started with `piped`")
        yield from self._running.stdout

    def wait(self, timeout: float | None = None) -> int:
        """Exit status of the command; TimeoutError if it still runs after `timeout` seconds."""
        try:
            return self._running.wait(timeout)
        except subprocess.TimeoutExpired:
            raise TimeoutError(f"{self.command[0]} still runs after {timeout} s") from None

    def stop(self, grace: float = GRACE_SECONDS) -> int:
        """Ask the child to end, kill it after `grace` seconds, then kill all that is left of its session."""
        process = self._running
        family = _descendants(process.pid)
        if process.poll() is None:
            process.terminate()
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.wait(grace)
        family += _descendants(process.pid)
        process.kill()
        _kill_session(process.pid, family)
        status = process.wait()
        for stream in (process.stdin, process.stdout):
            if stream:
                stream.close()
        return status

    @property
    def _running(self) -> "subprocess.Popen[str]":
        if self._process is None:
            raise RuntimeError(f"{self.command[0]} was not started")
        return self._process


def leashed(command: Sequence[str]) -> list[str]:
    """The command below a supervisor that ties it: for programs that cannot call `tie` themselves."""
    return [sys.executable, "-m", "daybreak.leash", "--", *command]


def tie() -> None:
    """Called early in a `Child`: from now on, this process and its descendants die with the parent.

    On Linux the process also adopts orphaned descendants, so that none escapes by detaching itself.
    """
    _adopt_orphans()
    threading.Thread(target=_watch, args=(sys.stdin.fileno(), os.getppid()), name="leash", daemon=True).start()


def _kill_session(leader: int, known: Sequence[psutil.Process] = ()) -> None:
    """SIGKILL the descendants of `leader`, every process of its session and those already `known`, but not itself."""
    family = {process.pid: process for process in known}
    deadline = time.monotonic() + DYING_SECONDS
    while time.monotonic() < deadline:
        family |= {process.pid: process for process in (*_descendants(leader), *_session(leader))}
        family.pop(leader, None)
        if all(is_gone(process) for process in family.values()):
            break
        end(family.values(), seconds=0.2)


def end(processes: Iterable[psutil.Process], seconds: float = DYING_SECONDS) -> list[psutil.Process]:
    """SIGKILL processes and wait until they are gone; returns those that are still dying after so many seconds."""
    deadline = time.monotonic() + seconds
    left = [process for process in processes if _kill(process)]
    while (left := [process for process in left if not is_gone(process)]) and time.monotonic() < deadline:
        time.sleep(0.01)
    return left


def is_gone(process: psutil.Process) -> bool:
    """Whether a process is over and holds nothing any more: no file, port or lock.

    A killed one may be long in dying, without an environment already; and a zombie's other threads may be dying still.
    """
    with contextlib.suppress(psutil.NoSuchProcess):
        zombie = process.status() == psutil.STATUS_ZOMBIE
        return not process.is_running() or (zombie and process.num_threads() <= 1)
    return True


def _kill(process: psutil.Process) -> bool:
    """Whether there was somebody to kill; psutil refuses a process id that was given to somebody else meanwhile."""
    with contextlib.suppress(psutil.NoSuchProcess):
        if not is_gone(process):
            process.kill()
            return True
    return False


def _descendants(leader: int) -> list[psutil.Process]:
    with contextlib.suppress(psutil.NoSuchProcess):
        found: list[psutil.Process] = psutil.Process(leader).children(recursive=True)
        return found
    return []


def _session(leader: int) -> list[psutil.Process]:
    members = []
    for process in psutil.process_iter():
        with contextlib.suppress(OSError):
            if os.getsid(process.pid) == leader:
                members.append(process)
    return members


def _watch(stream: int, parent: int) -> None:
    """Block until the pipe closes or the parent has changed: a copy of the pipe in a fork of it must not save us."""
    while os.getppid() == parent:
        readable, _, _ = select.select([stream], [], [], POLL_SECONDS)
        if readable and not os.read(stream, 4096):
            break
    _kill_session(os.getpid())
    os.kill(os.getpid(), signal.SIGKILL)


def _adopt_orphans() -> None:
    if sys.platform != "linux":
        return
    import ctypes

    set_child_subreaper = 36  # PR_SET_CHILD_SUBREAPER of prctl(2)
    ctypes.CDLL(None).prctl(set_child_subreaper, 1, 0, 0, 0)


def supervise(command: Sequence[str]) -> int:
    """Run the command in this session until it ends or the parent does; SIGTERM is passed on. Returns its status."""
    tie()
    process = subprocess.Popen(list(command), stdin=subprocess.DEVNULL)
    signal.signal(signal.SIGTERM, lambda *_: process.terminate())
    status = process.wait()
    while _descendants(os.getpid()):
        for orphan in _descendants(os.getpid()):
            _kill(orphan)
        _reap()
        time.sleep(0.01)
    return status if status >= 0 else 128 - status


def _reap() -> None:
    with contextlib.suppress(ChildProcessError):
        while os.waitpid(-1, os.WNOHANG)[0]:
            pass


def main() -> int:
    """Supervise the command that stands behind `--`."""
    if len(sys.argv) < 3 or sys.argv[1] != "--":
        sys.exit("usage: python -m daybreak.leash -- COMMAND ARGUMENT...")
    return supervise(sys.argv[2:])


if __name__ == "__main__":
    sys.exit(main())
