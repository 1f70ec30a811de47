"""What happens to the trials of a sweep, a line an event: from it a sweep that was killed goes on."""

import os
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from pydantic import Field, ValidationError

from daybreak.records import Record, Trial
from daybreak.tuning.costs import Rates

What = Literal["session", "drawn", "began", "score", "broke", "ended", "forgot"]
State = Literal["completed", "pruned", "failed"]


class Event(Record):
    """One line. `clock` counts seconds since the session, a life of the sweeping process, began.

    `forgot` is about all trials: they begin anew.
    """

    what: What
    clock: float = 0.0
    number: int = 0
    config: dict[str, float | int | str] = Field(default={})
    epoch: float = 0.0
    score: float = 0.0
    state: State = "completed"
    error: str = ""
    log: str = ""
    node: str = ""


@dataclass
class Row:
    """One trial as it goes. `since` is None while nobody works on it, `state` until it is over.

    `config` begins as `drawn`; a member of a population changes it.
    """

    number: int
    config: dict[str, float | int | str]
    history: list[tuple[float, float]] = field(default_factory=list)
    seconds: float = 0.0
    since: float | None = None
    state: State | None = None
    error: str = ""
    log: str = ""
    node: str = ""
    retries: int = 0
    drawn: dict[str, float | int | str] = field(init=False)

    def __post_init__(self) -> None:
        self.drawn = dict(self.config)

    @property
    def score(self) -> float | None:
        """The last one, None for a trial without any or that failed."""
        return self.history[-1][1] if self.history and self.state != "failed" else None

    def take(self, event: Event) -> None:
        """Change as an event says. A trial that broke, or that a dead session left, begins from nothing again."""
        if event.what == "began":
            self.since = event.clock
        elif self.since is not None:
            self.seconds += max(0.0, event.clock - self.since)
            self.since = event.clock
        self.node = event.node or self.node
        if event.what == "score":
            self.history.append((event.epoch, event.score))
            self.config = event.config or self.config
        elif event.what == "broke":
            self.history, self.since, self.log = [], None, event.log
            self.retries += 1
        elif event.what == "ended":
            self.since, self.state, self.error, self.log = None, event.state, event.error, event.log

    def abandon(self, clock: float) -> None:
        """The session that worked on it died when it was last heard of, at `clock`."""
        if self.since is not None:
            self.seconds += max(0.0, clock - self.since)
        if self.state is None:
            self.history, self.since = [], None

    def begin_anew(self) -> None:
        """From the point that was drawn, with nothing left of before but the seconds that were used."""
        self.config, self.history, self.since = dict(self.drawn), [], None
        self.state, self.retries, self.error, self.log = None, 0, "", ""

    def finish(self, rates: Rates) -> Trial:
        """The trial as a record; one that nobody ended was stopped with its sweep."""
        used = rates.of(self.seconds)
        return Trial(
            number=self.number,
            config=self.config,
            score=self.score,
            history=tuple(self.history),
            seconds=round(self.seconds, 3),
            state=self.state or "pruned",
            error=self.error,
            log=self.log,
            node=self.node,
            retries=self.retries,
            gpu_hours=used.gpu_hours,
            cpu_hours=used.cpu_hours,
            cost=used.cost,
        )


class Journal:
    """The rows of a sweep's trials by number, written down event by event, and read again by the next session."""

    def __init__(self, path: Path) -> None:
        self.rows: dict[int, Row] = {}
        self._path, self._began = path, time.monotonic()
        self._earlier = self._last = 0.0
        for event in _read(path):
            self._take(event)
        self._stream = path.open("a", encoding="utf-8")
        self._write(Event(what="session"))

    @property
    def elapsed(self) -> float:
        """Seconds that all sessions lasted, this one included."""
        return self._earlier + time.monotonic() - self._began

    @property
    def spent(self) -> float:
        """Seconds that all trials were worked on, those under way included."""
        now = time.monotonic() - self._began
        return sum(row.seconds + (now - row.since if row.since is not None else 0.0) for row in self.rows.values())

    @property
    def unfinished(self) -> list[Row]:
        """Trials that were drawn and are not over, by number."""
        return [row for _, row in sorted(self.rows.items()) if row.state is None]

    def note(self, event: Event) -> None:
        """Take in an event of this session and write it down; it survives the death of this process."""
        self._write(event.model_copy(update={"clock": round(time.monotonic() - self._began, 3)}))

    def forget(self) -> None:
        """Begin all trials anew but for what they used: where they hang on each other, none goes on alone."""
        self.note(Event(what="forgot"))

    def close(self) -> None:
        self._stream.close()

    def _write(self, event: Event) -> None:
        self._stream.write(event.model_dump_json(exclude_defaults=True) + "\n")
        self._stream.flush()
        os.fsync(self._stream.fileno())
        self._take(event)

    def _take(self, event: Event) -> None:
        if event.what == "session":
            for row in self.rows.values():
                row.abandon(self._last)
            self._earlier += self._last
        elif event.what == "drawn":
            self.rows[event.number] = Row(event.number, dict(event.config))
        elif event.what == "forgot":
            for row in self.rows.values():
                row.begin_anew()
        else:
            self.rows[event.number].take(event)
        self._last = event.clock


def _read(path: Path) -> Iterator[Event]:
    """The events of a file, if there is one; a line that a kill cut short is cut off."""
    if not path.is_file():
        return
    whole = 0
    with path.open("rb") as stream:
        for line in stream:
            try:
                event = Event.model_validate_json(line)
            except ValidationError:
                break
            if not line.endswith(b"\n"):
                break
            whole += len(line)
            yield event
    os.truncate(path, whole)
