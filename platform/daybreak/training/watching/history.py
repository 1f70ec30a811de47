"""How a training went, and what it says while it goes."""

import json
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from daybreak.training.fitting import Step
from daybreak.training.watching.usage import Usage

# (share done in 0..1, note in words)
Report = Callable[[float, str], None]

POINTS = 200


class History:
    """`steps` (means over a window of steps, at most about 200), `epochs` (validation) and `events` worth telling.

    `composition` is what was learned from, a window of steps at a time; who trains fills it in at the end.
    """

    def __init__(self, report: Report | None = None, usage: Usage | None = None) -> None:
        self.steps: list[dict[str, float]] = []
        self.epochs: list[dict[str, float]] = []
        self.events: list[dict[str, Any]] = []
        self.composition: list[dict[str, Any]] = []
        self._report, self._usage = report, usage
        self._window: list[Step] = []
        self._first = 0
        self._began = self._window_began = time.monotonic()

    def add(self, step: Step) -> dict[str, float] | None:
        """Take in a step; gives the point of the curve if it closes one."""
        self._window.append(step)
        if len(self._window) < max(1, step.of // POINTS) and step.number < step.of:
            return None
        now, count = time.monotonic(), len(self._window)
        loss = sum(each.loss for each in self._window) / count
        point = {
            "step": step.number,
            "epoch": round(step.epoch, 4),
            "loss": loss,
            "learning_rate": step.learning_rate,
            "gradient_norm": sum(each.gradient_norm for each in self._window) / count,
            "tokens_per_second": sum(each.tokens for each in self._window) / max(1e-9, now - self._window_began),
        }
        ratios = [each.update_ratio for each in self._window if each.update_ratio is not None]
        point |= {"update_ratio": sum(ratios) / len(ratios)} if ratios else {}
        point |= self._usage.read() if self._usage else {}
        self.steps.append(point)
        self._window, self._window_began = [], now
        left = (now - self._began) / (step.number - self._first) * (step.of - step.number)
        self._say(step, f"step {step.number} of {step.of}, loss {loss:.3f}, {_duration(left)} left")
        return point

    def close_epoch(self, step: Step, measured: dict[str, float]) -> dict[str, float]:
        """Take in what was measured on validation rows; gives the point of the curve."""
        point = {"step": step.number, "epoch": round(step.epoch, 4)}
        point |= {f"validation_{name}": value for name, value in measured.items()}
        self.epochs.append(point)
        words = ", ".join(f"{name} {value:.3f}" for name, value in measured.items())
        self._say(step, f"epoch {step.epoch:.3g}: validation {words}")
        self._window_began = time.monotonic()
        return point

    def tell(self, number: int, of: int, words: str) -> None:
        """Note something worth telling that happened before or at a step."""
        self.events.append({"step": number, "what": words})
        if self._report:
            self._report(number / of, words)

    def state(self) -> dict[str, Any]:
        """Ready for JSON; steps of a window that is not closed yet are part of it."""
        window = [step._asdict() for step in self._window]
        return {"steps": self.steps, "epochs": self.epochs, "events": self.events, "window": window}

    def restore(self, state: dict[str, Any], number: int) -> None:
        """Go on with the history of a training that was put down after step `number`."""
        self.steps, self.epochs, self.events = list(state["steps"]), list(state["epochs"]), list(state["events"])
        self._window = [Step(**step) for step in state["window"]]
        self._first = number
        self._began = self._window_began = time.monotonic()

    def write(self, path: Path) -> None:
        content = {"steps": self.steps, "epochs": self.epochs, "events": self.events, "composition": self.composition}
        path.write_text(json.dumps(content, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")

    def _say(self, step: Step, note: str) -> None:
        if self._report:
            self._report(step.number / step.of, note)


def _duration(seconds: float) -> str:
    """Seconds below two minutes, then minutes, then hours and minutes."""
    if seconds < 120:
        return f"{seconds:.0f} s"
    minutes = round(seconds / 60)
    return f"{minutes} min" if minutes < 120 else f"{minutes // 60} h {minutes % 60} min"
