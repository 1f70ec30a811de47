"""One trial as Ray Tune runs it, in a worker that stays warm: torch is loaded there, never in Ray's driver."""

from typing import TYPE_CHECKING, Any

from ray import tune

from daybreak.tuning.request import Request

if TYPE_CHECKING:
    from daybreak.tuning.attempt import Attempt, Desk


class Trial(tune.Trainable):  # type: ignore[misc]  # Ray has no types
    """Reports `score` every `tuning.grace` epochs, and at the end."""

    request: Request
    desk: "Desk"
    attempt: "Attempt"
    reports: int

    def setup(self, config: dict[str, Any], request: str = "") -> None:
        from daybreak.tuning.attempt import Desk

        self.request = Request.model_validate_json(request)
        self.desk = Desk(self.request)
        self.reset_config(config)

    def reset_config(self, new_config: dict[str, Any]) -> bool:
        """Begin another trial in this worker."""
        self.attempt = self.desk.begin(new_config)
        self.reports = 0
        return True

    def step(self) -> dict[str, Any]:
        """Train up to the next report; `milliepochs` is the clock that ASHA counts rungs by."""
        tuning = self.request.tuning
        self.reports += 1
        epochs = min(tuning.epochs, tuning.grace * self.reports)
        score = self.attempt.advance(epochs)
        return {"score": score, "epoch": epochs, "milliepochs": milliepochs(epochs), "done": epochs == tuning.epochs}


def milliepochs(epochs: float) -> int:
    """Epochs as the whole number that ASHA wants."""
    return max(1, round(1000 * epochs))
