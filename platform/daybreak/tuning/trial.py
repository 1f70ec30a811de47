"""One trial as Ray Tune runs it, in a worker that stays warm: torch is loaded there, never in Ray's driver."""

import math
import traceback
from pathlib import Path
from typing import TYPE_CHECKING, Any

import ray
from ray import tune

from daybreak.errors import DaybreakError
from daybreak.tuning.request import Request
from daybreak.tuning.schedulers import milliepochs

if TYPE_CHECKING:
    from daybreak.tuning.attempt import Attempt, Desk


class Trial(tune.Trainable):  # type: ignore[misc]  # Ray has no types
    """Reports `score` every `tuning.grace` epochs, and at the end.

    An error of ours would come again, so it is reported as `failed` and ends the trial; any other one is raised, and
    Ray Tune tries again.
    """

    request: Request
    desk: "Desk"
    point: dict[str, Any]
    attempt: "Attempt | None"
    reports: int

    def setup(self, config: dict[str, Any], request: str = "") -> None:
        from daybreak.tuning.attempt import Desk

        self.request = Request.model_validate_json(request)
        self.desk = Desk(self.request)
        self.node = ray.get_runtime_context().get_node_id()[:8] if ray.is_initialized() else ""
        self.reset_config(config)

    def reset_config(self, new_config: dict[str, Any]) -> bool:
        """Begin another trial in this worker, at its first step."""
        self.point = {key: value for key, value in new_config.items() if not key.startswith("__")}
        self.attempt, self.reports = None, 0
        return True

    def step(self) -> dict[str, Any]:
        """Train up to the next report; `milliepochs` is the clock that schedulers count rungs by."""
        try:
            return {**self._advance(), "node": self.node}
        except DaybreakError as error:
            return _failed(f"{type(error).__name__}: {error}", traceback.format_exc(), self.node)

    def save_checkpoint(self, checkpoint_dir: str) -> None:
        """Put the trial down: only a population needs that, whose members go on from each other."""
        from daybreak.training import checkpoints
        from daybreak.training.fitting import State

        fit = self._begun().fitting
        tensors, facts = fit.state()
        checkpoints.write(Path(checkpoint_dir), fit.number, State(tensors, {**facts, "reports": self.reports}))

    def load_checkpoint(self, checkpoint: str) -> None:
        """Go on from where this or another trial was put down, with this one's point."""
        from daybreak.training import checkpoints

        state = checkpoints.newest(Path(checkpoint), lambda _: None)
        if state is not None:
            self._begun().fitting.restore(state)
            self.reports = state.facts["reports"]

    def _advance(self) -> dict[str, Any]:
        tuning, attempt = self.request.tuning, self._begun()
        self.reports += 1
        epochs = min(tuning.epochs, tuning.grace * self.reports)
        score = attempt.advance(epochs)
        if not math.isfinite(score):
            return _failed(f"{self.request.metric} is {score} after {epochs:g} epochs", "", self.node)
        return {"score": score, "epoch": epochs, "milliepochs": milliepochs(epochs), "done": epochs == tuning.epochs}

    def _begun(self) -> "Attempt":
        if self.attempt is None:
            self.attempt = self.desk.begin(self.point)
        return self.attempt


def _failed(error: str, log: str, node: str) -> dict[str, Any]:
    return {"failed": error, "log": log, "node": node, "epoch": 0.0, "milliepochs": 0, "done": True}
