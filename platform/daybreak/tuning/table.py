"""The table of trials, filled in while Ray Tune runs them."""

import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

from ray import tune

from daybreak.records import Trial
from daybreak.tuning.request import Report


@dataclass
class Row:
    """One trial as it goes; seconds on a monotonic clock."""

    number: int
    config: dict[str, float | int | str]
    began: float
    ended: float | None = None
    history: list[tuple[float, float]] = field(default_factory=list)
    error: str = ""

    def finish(self, epochs: float) -> Trial:
        """The trial as a record; one that was stopped before `epochs` is pruned."""
        state: Literal["completed", "pruned", "failed"] = "pruned"
        if self.error:
            state = "failed"
        elif self.history and self.history[-1][0] >= epochs:
            state = "completed"
        return Trial(
            number=self.number,
            config=self.config,
            score=self.history[-1][1] if self.history and not self.error else None,
            history=tuple(self.history),
            seconds=round((self.ended or time.monotonic()) - self.began, 3),
            state=state,
            error=self.error,
        )


class Table(tune.Callback):  # type: ignore[misc]  # Ray has no types
    """Listens to Ray Tune and keeps what it says, since result files would have to be read back."""

    def __init__(self, trials: int, epochs: float, report: Report) -> None:
        self.rows: dict[str, Row] = {}
        self._trials, self._epochs, self._report = trials, epochs, report

    def __getstate__(self) -> dict[str, Any]:
        """What Ray keeps of us on disk: the rows, not the pipe behind the report."""
        return {name: value for name, value in vars(self).items() if name != "_report"}

    def trials(self) -> tuple[Trial, ...]:
        """Every trial in the order they were drawn in."""
        rows = sorted(self.rows.values(), key=lambda row: row.number)
        return tuple(row.finish(self._epochs) for row in rows)

    def on_trial_start(self, iteration: int, trials: list[Any], trial: Any, **info: Any) -> None:
        self._row(trial, trials)

    def on_trial_result(
        self, iteration: int, trials: list[Any], trial: Any, result: dict[str, Any], **info: Any
    ) -> None:
        row = self._row(trial, trials)
        row.history.append((float(result["epoch"]), float(result["score"])))
        row.ended = time.monotonic()
        self._say(f"trial {row.number}: {result['score']:.3f} after {result['epoch']:.3g} epochs")

    def on_trial_complete(self, iteration: int, trials: list[Any], trial: Any, **info: Any) -> None:
        row = self._row(trial, trials)
        row.ended = time.monotonic()
        self._say(f"trial {row.number} is done")

    def on_trial_error(self, iteration: int, trials: list[Any], trial: Any, **info: Any) -> None:
        row = self._row(trial, trials)
        row.ended, row.error = time.monotonic(), last_line(trial)
        self._say(f"trial {row.number} failed: {row.error}")

    def _row(self, trial: Any, drawn: list[Any]) -> Row:
        if trial.trial_id not in self.rows:
            number = [each.trial_id for each in drawn].index(trial.trial_id) + 1
            self.rows[trial.trial_id] = Row(number, dict(trial.config), time.monotonic())
        return self.rows[trial.trial_id]

    def _say(self, note: str) -> None:
        finished = [row.finish(self._epochs) for row in self.rows.values()]
        reached = sum(row.history[-1][0] if row.history else 0.0 for row in finished) / self._epochs
        scores = [row.score for row in finished if row.score is not None]
        best = f", best so far {max(scores):.3f}" if scores else ""
        self._report(min(1.0, reached / self._trials), f"{note} ({len(self.rows)} of {self._trials} trials{best})")


def last_line(trial: Any) -> str:
    """What went wrong in a trial, without the stack: the last line of the file that Ray Tune writes it to."""
    path = Path(trial.error_file or "")
    lines = [line.strip() for line in path.read_text(encoding="utf-8").splitlines()] if path.is_file() else []
    return next((line.removeprefix("daybreak.errors.") for line in reversed(lines) if line), "unknown error")
