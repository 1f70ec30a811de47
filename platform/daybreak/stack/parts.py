"""A part of the stack: a command that is kept running, and how one sees that it is well."""

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import urlsplit

from daybreak.errors import StepFailed
from daybreak.leash import Child
from daybreak.settings import child_environment
from daybreak.stack import leftovers, ports
from daybreak.stack.state import PartPhase, PartState

TRIES = 3
LONGEST_PAUSE_SECONDS = 30.0
SETTLED_SECONDS = 60.0  # alive for this long, and its next death counts as its first
PROBE_SECONDS = 0.25
CARE_SECONDS = 10.0
UNWELL_SECONDS = 120.0  # a server that is silent for this long is started again
LONGEST_WORD = 300


@dataclass(frozen=True)
class Part:
    """A command to keep running, or, with `once`, to run to its end before the next part starts.

    It must die with its parent: call `leash.tie` or be `leash.leashed`. `is_well` is asked with the time of its start.
    """

    name: str
    command: Sequence[str]
    is_well: Callable[[datetime], bool] = lambda _: True
    environment: Mapping[str, str] = field(default_factory=dict)
    address: str = ""
    once: bool = False
    start_seconds: float = 180.0
    grace_seconds: float = 3.0


class Kept:
    """A part and the process that does its work just now. `tick` is to be called again and again; it never waits."""

    def __init__(self, part: Part, stack: Path, cwd: Path) -> None:
        self.part = part
        self.state = PartState(address=part.address)
        self._stack, self._cwd = stack, cwd
        self._child: Child | None = None
        self._was_up = False
        self._failures = 0
        self._begun_at = datetime.now(UTC)
        self._begun = self._due = self._probed = self._well = 0.0

    @property
    def is_ready(self) -> bool:
        """Whether what follows it may start."""
        return self.state.state in ("up", "done")

    @property
    def log(self) -> Path:
        return self._stack / f"{self.part.name}.log"

    def tick(self) -> None:
        """Start it, see whether it is well, start it again. Raises StepFailed if it never comes up."""
        now = time.monotonic()
        if self._child is None:
            if self.state.state != "done" and now >= self._due:
                self._start(now)
        elif self._child.returncode is not None:
            self._ended(now, self._child.returncode)
        elif now - self._probed >= (CARE_SECONDS if self.state.state == "up" else PROBE_SECONDS):
            self._probe(now)

    def stop(self) -> None:
        """End the process and everything that it started, wherever that went."""
        if self._child is not None:
            self._child.stop(self.part.grace_seconds)
            self._child = None
            leftovers.end(self._stack, self.part.name)
            self._note("down")

    def _start(self, now: float) -> None:
        if self.log.exists():
            self.log.replace(self.log.with_suffix(".log.1"))  # what it said before it died
        environment = child_environment({**self.part.environment, **leftovers.mark(self._stack, self.part.name)})
        self._begun_at, self._begun, self._well = datetime.now(UTC), now, now
        self._child = Child(self.part.command, env=environment, log=self.log, cwd=self._cwd)
        self._child.start()
        self._note("restarting" if self._was_up else "starting")

    def _probe(self, now: float) -> None:
        well = not self.part.once and self.part.is_well(self._begun_at) and self._serves()
        self._probed = time.monotonic()
        if well:
            self._well, self._was_up = now, True
            self._failures = 0 if now - self._begun > SETTLED_SECONDS else self._failures
            self._note("up")
        elif self.state.state in ("up", "unwell"):
            self._note("unwell")
            # What has no address is well or not by what a server says of it: it need not suffer for that server.
            if self.part.address and now - self._well > UNWELL_SECONDS:
                self._failed(now, f"did not answer for {UNWELL_SECONDS:.0f} s")
        elif now - self._begun > self.part.start_seconds:
            self._failed(now, f"was not well after {self.part.start_seconds:.0f} s")

    def _serves(self) -> bool:
        """Whether it is this part that answers at its address: a server of somebody else's may have got its port."""
        port = urlsplit(self.part.address).port
        return port is None or (self._child is not None and ports.serves(self._child.pid, port))

    def _ended(self, now: float, status: int) -> None:
        if self.part.once and status == 0:
            self._child = None
            self._note("done")
        else:
            self._failed(now, f"ended with status {status}")

    def _failed(self, now: float, how: str) -> None:
        self.stop()
        self._failures += 1
        if not self._was_up and (self.part.once or self._failures == TRIES):
            self._note("failed")
            raise StepFailed(f"{self.part.name} {how}; its last word: {self._last_word()}", "", f"Read {self.log}")
        self._due = now + (min(LONGEST_PAUSE_SECONDS, 2.0 ** (self._failures - 2)) if self._failures > 1 else 0.0)
        self.state = self.state.model_copy(update={"restarts": self.state.restarts + 1})
        self._note("restarting" if self._was_up else "starting")

    def _last_word(self) -> str:
        if not self.log.exists():
            return "none"
        lines = self.log.read_text(encoding="utf-8", errors="replace").splitlines()
        return next((line.strip() for line in reversed(lines) if line.strip()), "none")[:LONGEST_WORD]

    def _note(self, phase: PartPhase) -> None:
        pid = self._child.pid if self._child else None
        if (phase, pid) != (self.state.state, self.state.pid):
            changed = {"state": phase, "pid": pid, "since": datetime.now(UTC)}
            self.state = self.state.model_copy(update=changed)
