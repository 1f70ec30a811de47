"""A sweep with its trials."""

from datetime import datetime
from typing import Literal

from pydantic import Field

from daybreak.records.record import Record


class Trial(Record):
    """One trial of a sweep. `history` holds (epoch, score) pairs; `config` dotted params paths.

    Hours and cost count `retries`; `log` is the end of what a failed one said, `node` the machine that it ended on.
    """

    number: int
    config: dict[str, float | int | str]
    score: float | None
    history: tuple[tuple[float, float], ...]
    seconds: float
    state: Literal["completed", "pruned", "failed"]
    error: str = ""
    log: str = ""
    node: str = ""
    retries: int = 0
    gpu_hours: float = 0.0
    cpu_hours: float = 0.0
    cost: float = 0.0


class SweepOrigin(Record):
    """The sweep that a configuration comes from, where a night did not search itself: when, and on which data."""

    at: datetime
    data_version: int
    reason: str


class SweepRef(Record):
    """The outcome of a sweep: every trial, and the configuration the winner is trained with.

    `importance` holds each dimension's share in how scores differ, `stopped` why a sweep ended before its last trial.
    """

    metric: str
    trials: tuple[Trial, ...]
    best: dict[str, float | int | str]
    best_score: float | None
    direction: Literal["max", "min"] = "max"
    importance: dict[str, float] = Field(default={})
    stopped: str = ""
    gpu_hours: float = 0.0
    cpu_hours: float = 0.0
    cost: float = 0.0
    origin: SweepOrigin | None = None
