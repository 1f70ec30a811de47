"""The table of trials, written down in the journal while Ray Tune runs them."""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from ray import tune

from daybreak.tuning import aim
from daybreak.tuning.journal import Event, Journal, Row, State
from daybreak.tuning.request import Report, Request

LOGS = "logs"
LOG_CHARACTERS = 4000  # of the end of a failed trial's log


class Table(tune.Callback):  # type: ignore[misc]  # Ray has no types
    """Listens to Ray Tune, keeps what it says, and passes it on in words. `numbers` are those of Ray's trial ids.

    The whole log of a trial that failed lies in the folder `logs`, as `trial-<number>.log`. `over` is told of each
    trial that has come to its end, once the journal knows.
    """

    def __init__(
        self,
        request: Request,
        journal: Journal,
        numbers: Mapping[str, int],
        report: Report,
        over: Callable[[Row], None],
    ) -> None:
        self._tuning, self._aim = request.tuning, aim.find(request.model.recipe, request.tuning)
        self._journal, self._numbers = journal, numbers
        self._logs, self._report, self._over = request.folder / LOGS, report, over

    def __getstate__(self) -> dict[str, Any]:
        """Nothing: what Ray keeps of us on disk is never read, the journal is."""
        return {}

    def on_trial_start(self, iteration: int, trials: list[Any], trial: Any, **info: Any) -> None:
        self._note(trial, Event(what="began"))

    def on_trial_result(
        self, iteration: int, trials: list[Any], trial: Any, result: dict[str, Any], **info: Any
    ) -> None:
        if error := result.get("failed"):
            self._fail(trial, error, result["log"] or error, result["node"])
            return
        epoch, score = float(result["epoch"]), float(result["score"])
        config = {key: value for key, value in trial.config.items() if not key.startswith("__")}
        self._note(trial, Event(what="score", epoch=epoch, score=score, node=result.get("node", ""), config=config))
        self._say(trial, f"{score:.3f} after {epoch:.3g} epochs")

    def on_trial_complete(self, iteration: int, trials: list[Any], trial: Any, **info: Any) -> None:
        row = self._journal.rows[self._numbers[trial.trial_id]]
        if row.state is not None:
            return
        state: State = "completed" if row.history and row.history[-1][0] >= self._tuning.epochs else "pruned"
        self._note(trial, Event(what="ended", state=state))
        self._say(trial, "is done")

    def on_trial_recover(self, iteration: int, trials: list[Any], trial: Any, **info: Any) -> None:
        log = read_log(trial)
        self._keep(trial, log)
        self._note(trial, Event(what="broke", log=log[-LOG_CHARACTERS:]))
        self._say(trial, f"broke and is tried again: {last_line(log)}")

    def on_trial_error(self, iteration: int, trials: list[Any], trial: Any, **info: Any) -> None:
        log = read_log(trial)
        self._fail(trial, last_line(log), log)

    def _fail(self, trial: Any, error: str, log: str, node: str = "") -> None:
        self._keep(trial, log)
        self._note(trial, Event(what="ended", state="failed", error=error, log=log[-LOG_CHARACTERS:], node=node))
        self._say(trial, f"failed: {error}")

    def _note(self, trial: Any, event: Event) -> None:
        number = self._numbers[trial.trial_id]
        self._journal.note(event.model_copy(update={"number": number}))
        if event.what == "ended":
            self._over(self._journal.rows[number])

    def _keep(self, trial: Any, log: str) -> None:
        self._logs.mkdir(parents=True, exist_ok=True)
        with (self._logs / f"trial-{self._numbers[trial.trial_id]}.log").open("a", encoding="utf-8") as stream:
            stream.write(log.rstrip("\n") + "\n")

    def _say(self, trial: Any, note: str) -> None:
        rows, trials = self._journal.rows.values(), self._tuning.trials
        parts = (row.history[-1][0] / self._tuning.epochs if row.history else 0.0 for row in rows if row.state is None)
        reached = sum(parts) + sum(row.state is not None for row in rows)
        scores = [row.score for row in rows if row.score is not None]
        best = f", best so far {(max if self._aim.direction == 'max' else min)(scores):.3f}" if scores else ""
        words = f"trial {self._numbers[trial.trial_id]}: {note} ({len(rows)} of {trials} trials{best})"
        self._report(min(1.0, reached / trials), words)


def read_log(trial: Any) -> str:
    """What went wrong in a trial, with the stack, from the file that Ray Tune writes it to."""
    path = Path(trial.error_file or "")
    return path.read_text(encoding="utf-8", errors="replace") if path.is_file() else ""


def last_line(log: str) -> str:
    """What went wrong, without the stack: the last line."""
    lines = [line.strip() for line in log.splitlines() if line.strip()]
    return lines[-1].removeprefix("daybreak.errors.") if lines else "unknown error"
