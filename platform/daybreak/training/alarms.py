"""What stops a training at once: numbers that are not finite, a loss that leaps, an operation that yields no number."""

import math
import re
from collections import deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from daybreak.errors import StepFailed
from daybreak.training.params import TrainingParams

RECENT = 20
"""Steps whose mean loss a spike is told by; until half of them were taken no loss counts as one."""
SKIPPED = 25
"""Steps in a row that fp16 may leave out: each halves the scale, from 65,536 at first to a 512th by then."""
NAMED = 8
"""Rows that are named in full; of the others only the number is."""

LOWER = "Lower training.learning_rate"

Window = Sequence[NDArray[np.int64]]


class Alarm:
    """Watches a training's numbers before each step is taken. `named` gives the ids of rows by their positions.

    `last_good` says, in words, where one could go back to.
    """

    def __init__(self, training: TrainingParams, named: Callable[[NDArray[np.int64]], list[str]]) -> None:
        self.last_good = "there is no checkpoint yet"
        self._training, self._named = training, named
        self._recent: deque[float] = deque(maxlen=RECENT)
        self._skipped = 0

    def look(self, number: int, window: Window, loss: float, norm: float, *, scaled: bool) -> None:
        """StepFailed for a loss that is not finite or leaps, and for a gradient norm that is not finite.

        With gradient scaling (`scaled`) such a norm is the scaler's to answer: it skips the step and scales less. Where
        that does not help in SKIPPED steps in a row, nothing is learned any more: StepFailed too.
        """
        if not math.isfinite(loss) or not (math.isfinite(norm) or scaled):
            raise self._failed(f"loss {loss:g}, gradient norm {norm:g}", number, window, "finite numbers")
        self._skipped = 0 if math.isfinite(norm) else self._skipped + 1
        if self._skipped >= SKIPPED:
            found = f"fp16 left out {SKIPPED} steps in a row, because gradients overflow: the last"
            raise self._failed(found, number, window, "finite gradients", "Set training.precision to bf16 or fp32")
        limit, recent = self._training.spike, self._recent
        if limit and 2 * len(recent) >= RECENT and loss > limit * (mean := sum(recent) / len(recent)):
            found = f"loss {loss:.4g} after a mean of {mean:.4g}"
            raise self._failed(found, number, window, f"at most {limit:g} times the mean (training.spike)")
        recent.append(loss)

    @contextmanager
    def anomalies(self, number: int, window: Window) -> Iterator[None]:
        """With `training.detect_anomaly`, StepFailed for a NaN on the way back, naming the operation it came from."""
        if not self._training.detect_anomaly:
            yield
            return
        try:
            with torch.autograd.set_detect_anomaly(mode=True, check_nan=True):
                yield
        except RuntimeError as error:
            if not (operation := re.search(r"Function '(\w+)' returned nan", str(error))):
                raise
            found = f"the gradient of {operation[1]} is not a number"
            raise self._failed(found, number, window, "finite numbers") from None

    def state(self) -> dict[str, Any]:
        """Ready for JSON."""
        return {"recent": list(self._recent), "skipped": self._skipped}

    def restore(self, state: Mapping[str, Any]) -> None:
        self._recent, self._skipped = deque(state["recent"], RECENT), state["skipped"]

    def _failed(self, what: str, number: int, window: Window, expected: str, remedy: str = LOWER) -> StepFailed:
        rows = self._named(np.concatenate(window))
        more = f" and {len(rows) - NAMED} more" if len(rows) > NAMED else ""
        found = f"train: {what} at step {number} on rows {', '.join(rows[:NAMED])}{more}"
        return StepFailed(found, expected, f"{remedy}, or look at these rows; {self.last_good}")
