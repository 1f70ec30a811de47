"""One piece of work after another on several processes, in order; they end with the process that started them."""

from __future__ import annotations

import gc
import multiprocessing
import os
import signal
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from multiprocessing.connection import Connection, wait
from types import TracebackType
from typing import Any

from daybreak.data import stage
from daybreak.errors import StepFailed

PIECE = 500  # rows that a process is given at a time
FEWEST = 20_000  # rows from which on starting processes is worth its second
MOST = 8  # processes; each holds a tenth of a gigabyte

Work = Callable[..., Iterable[Any]]  # columns of rows to a result for each


class Workers:
    """Does with columns of rows what `begin(*given)` does with them: the same results in the same order.

    `begin` is a function of a module, and all that is given and found can be pickled. Nothing is started before there
    is enough to do, nor where there is only one core. As a context it ends what was started; when its own process is
    killed, the others read the end of their pipe and go.
    """

    def __init__(self, begin: Callable[..., Work], *given: Any, cores: int | None = None) -> None:
        self._begin, self._given = begin, given
        self._cores = min(available_cores() if cores is None else cores, MOST)
        self._own: Work | None = None
        self._pipes: list[Connection] = []
        self._processes: list[multiprocessing.process.BaseProcess] = []

    def __enter__(self) -> Workers:
        return self

    def __exit__(self, *_error: type[BaseException] | BaseException | TracebackType | None) -> None:
        for pipe in self._pipes:
            pipe.close()
        for process in self._processes:
            process.join()

    def __call__(self, *columns: Sequence[Any]) -> Iterable[Any]:
        """The result of each row. Raises what the work raises, and StepFailed if a process was killed."""
        if len(columns[0]) < FEWEST or self._cores < 2:
            if self._own is None:
                self._own = self._begin(*self._given)
            return self._own(*columns)
        if not self._pipes:
            self._start()
        return self._shared_out(columns)

    def _start(self) -> None:
        """New processes and no copies of this one, whose other threads may hold locks; each has only its own pipe."""
        spawning = multiprocessing.get_context("spawn")
        for _ in range(self._cores):
            ours, theirs = spawning.Pipe()
            process = spawning.Process(target=_serve, args=(theirs, self._begin, self._given), daemon=True)
            process.start()
            theirs.close()
            self._pipes.append(ours)
            self._processes.append(process)

    def _shared_out(self, columns: Sequence[Sequence[Any]]) -> Iterator[Any]:
        waiting = deque(range(0, len(columns[0]), PIECE))
        idle, busy, done = [*self._pipes], dict[Connection, int](), dict[int, list[Any]]()
        while waiting or busy:
            while waiting and idle:
                pipe, start = idle.pop(), waiting.popleft()
                _told(pipe.send, tuple([*column[start : start + PIECE]] for column in columns))
                busy[pipe] = start
            ready = wait([*busy])
            for pipe in [each for each in busy if each in ready]:
                found, error = _told(pipe.recv)
                if error is not None:
                    raise error
                done[busy.pop(pipe)] = found
                idle.append(pipe)
        for start in sorted(done):
            yield from done[start]


def available_cores() -> int:
    """Cores that this process may run on."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def _told(speak: Callable[..., Any], *words: Any) -> Any:
    try:
        return speak(*words)
    except (EOFError, OSError) as error:
        raise StepFailed("a process of this stage was killed", "enough memory for all of them", "Run again") from error


def _serve(pipe: Connection, begin: Callable[..., Work], given: tuple[Any, ...]) -> None:
    """Answer until the other end is closed, or its process gone; Ctrl-C is the other end's business."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    gc.set_threshold(*stage.GARBAGE)
    work = begin(*given)
    while True:
        try:
            asked = pipe.recv()
        except (EOFError, OSError):
            return
        try:
            answer: tuple[list[Any], Exception | None] = ([*work(*asked)], None)
        except Exception as error:  # whoever asked shall see it
            answer = ([], error)
        try:
            pipe.send(answer)
        except OSError:
            return
