"""Brings the parts of a stack up in order, keeps them up, and takes them down again, whatever happens."""

import os
import signal
import threading
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path

import psutil

from daybreak import locks
from daybreak.errors import DaybreakError
from daybreak.stack import leftovers, state
from daybreak.stack.parts import Kept, Part
from daybreak.stack.state import Phase, StackState, born

BEAT_SECONDS = 0.15
LOCK = "supervisor.lock"
PID = "supervisor.pid"  # for systemd


class Supervisor:
    """Keeps `stages` of parts: those of one start together, and the next follows when all of them are well.

    `announced` is what stack.json, beside the folder `stack`, says while everything is up. The parts run in `cwd`.
    """

    def __init__(
        self,
        stack: Path,
        stages: Sequence[Sequence[Part]],
        *,
        cwd: Path,
        announced: Mapping[str, str],
    ) -> None:
        self._stack, self._announced = stack, dict(announced)
        self._stages = [[Kept(part, stack, cwd) for part in stage] for stage in stages]
        self._all = [kept for stage in self._stages for kept in stage]
        self._started_at = datetime.now(UTC)
        self._asked_to_end = threading.Event()
        self._phase: Phase = "starting"
        self._error: tuple[str, str, str] | None = None
        self._written: StackState | None = None

    def run(self) -> None:
        """Live until SIGTERM or SIGINT. Raises Busy if there is a supervisor, StepFailed if a part does not come up.

        Whoever is left of a stack that died by kill -9 is ended first.
        """
        with locks.hold(self._stack / LOCK, 0, "the stack of this checkout"):
            self._withdraw()
            leftovers.end(self._stack)
            (self._stack / PID).write_text(f"{os.getpid()}\n", encoding="utf-8")
            for number in (signal.SIGTERM, signal.SIGINT):
                signal.signal(number, lambda *_: self._asked_to_end.set())
            try:
                self._live()
            except DaybreakError as error:
                self._phase, self._error = "failed", (error.found, error.expected, error.remedy)
                raise
            finally:
                self._take_down()

    def _live(self) -> None:
        for stage in self._stages:
            while not all(kept.is_ready for kept in stage):
                if self._asked_to_end.wait(BEAT_SECONDS):
                    return
                self._look_after(stage)
        self._phase = "up"
        self._write()
        self._announce()
        while not self._asked_to_end.wait(BEAT_SECONDS):
            self._look_after()

    def _look_after(self, starting: Sequence[Kept] = ()) -> None:
        for kept in self._all:
            if kept in starting or kept.state.state != "waiting":
                kept.tick()
        self._write()

    def _take_down(self) -> None:
        self._withdraw()
        self._phase = "failed" if self._error else "stopping"
        for kept in reversed(self._all):
            self._write()
            kept.stop()
        leftovers.end(self._stack)
        (self._stack / PID).unlink(missing_ok=True)
        if self._error:
            self._write()
        else:
            state.state_file(self._stack).unlink(missing_ok=True)

    def _announce(self) -> None:
        parts = {kept.part.name: kept.state.model_dump(mode="json") for kept in self._all if not kept.part.once}
        about = {"pid": os.getpid(), "started_at": self._started_at.isoformat(timespec="seconds"), "parts": parts}
        state.write(state.announcement_file(self._stack.parent), {**self._announced, **about})

    def _withdraw(self) -> None:
        state.announcement_file(self._stack.parent).unlink(missing_ok=True)

    def _write(self) -> None:
        now = StackState(
            pid=os.getpid(),
            born=born(psutil.Process()),
            started_at=self._started_at,
            phase=self._phase,
            parts={kept.part.name: kept.state for kept in self._all},
            error=self._error,
        )
        if now != self._written:
            state.write(state.state_file(self._stack), now)
            self._written = now
