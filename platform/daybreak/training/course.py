"""The course of one training: take up what was put down, step, measure, write checkpoints, stop in time."""

import signal
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from daybreak.training import checkpoints, fitting
from daybreak.training.fitting import Fitting, State, Step, Subject
from daybreak.training.history import History
from daybreak.training.params import TrainingParams

# What is worth a curve, and the step it was at.
Watch = Callable[[Mapping[str, float], int], None]


class Course:
    """Runs a fitting to its end; killed at any step and begun again, it ends with the very same weights.

    `folder` is where checkpoints go. With `patience`, the weights of the best epoch are those that are left.
    """

    def __init__(
        self,
        fitting: Fitting,
        validation: Subject,
        history: History,
        folder: Path,
        watch: Watch | None = None,
    ) -> None:
        self.fitting, self.history = fitting, history
        self._validation, self._folder, self._watch = validation, folder, watch
        self._best: float | None = None
        self._waited = 0
        self._pieces_told = 1

    @property
    def training(self) -> TrainingParams:
        return self.fitting.training

    def run(self) -> None:
        """Train to the end. StepFailed where the loss is not finite; a SIGTERM is passed on behind a checkpoint."""
        self._take_up()
        with asked_to_stop() as asked:
            for step in self.fitting.steps():
                self._note(step)
                if step.number % self.fitting.each == 0 or step.number == step.of:
                    self._close_epoch(step)
                    if self._stopped_early():
                        break
                if asked() or self._is_due(step):
                    self._put_down()
                if asked():
                    break
        if self.training.patience:
            self._take_best()

    def _note(self, step: Step) -> None:
        pieces = self.fitting.pieces
        if pieces > self._pieces_told:
            self._pieces_told = pieces
            self.history.tell(step.number, step.of, f"memory was short: each batch is now taken in {pieces} pieces")
        point = self.history.add(step)
        if point and self._watch:
            self._watch(point, step.number)

    def _close_epoch(self, step: Step) -> None:
        fit = self.fitting
        measured = fitting.measure(fit.network, fit.recipe, self._validation, fit.labels, fit.device)
        point = self.history.close_epoch(step, measured)
        if self._watch:
            self._watch(point, step.number)
        if self.training.patience:
            self._compare(measured)

    def _compare(self, measured: Mapping[str, float]) -> None:
        metric = self.training.metric or next(iter(self.fitting.recipe.METRICS))
        sign = -1.0 if metric == "loss" or self.fitting.recipe.METRICS[metric] == "min" else 1.0
        score = sign * measured[metric]
        if self._best is None or score > self._best:
            self._best, self._waited = score, 0
            checkpoints.write(self._folder / "best", self.fitting.number, self.fitting.state())
            checkpoints.prune(self._folder / "best", 1)
        else:
            self._waited += 1

    def _stopped_early(self) -> bool:
        patience = self.training.patience
        if not patience or self._waited < patience or self.fitting.number == self.fitting.total:
            return False
        words = f"stopped early: no gain in {patience} epochs"
        self.history.tell(self.fitting.number, self.fitting.total, words)
        return True

    def _take_best(self) -> None:
        if state := checkpoints.newest(self._folder / "best", lambda _: None):
            self.fitting.network.load_state_dict(state.tensors["weights"], strict=False)

    def _is_due(self, step: Step) -> bool:
        if step.number == step.of:
            return False
        every = self.training.checkpoints.every_steps
        return step.number % self.fitting.each == 0 or bool(every and step.number % every == 0)

    def _put_down(self) -> None:
        state = self.fitting.state()
        own = {"history": self.history.state(), "best": self._best, "waited": self._waited}
        checkpoints.write(self._folder, self.fitting.number, State(state.tensors, {**state.facts, **own}))
        checkpoints.prune(self._folder, self.training.checkpoints.keep_last)

    def _take_up(self) -> None:
        damaged: list[str] = []
        state = checkpoints.newest(self._folder, damaged.append)
        if state is not None:
            self.fitting.restore(state)
            self.history.restore(state.facts["history"], self.fitting.number)
            self._best, self._waited = state.facts["best"], state.facts["waited"]
            self._pieces_told = self.fitting.pieces
        number, total = self.fitting.number, self.fitting.total
        for words in damaged:
            self.history.tell(number, total, words)
        if state is not None:
            self.history.tell(number, total, f"goes on from the checkpoint at step {number} of {total}")


@contextmanager
def asked_to_stop() -> Iterator[Callable[[], bool]]:
    """Whether a SIGTERM came within this block; whoever handled it before is told of it behind the block.

    Only the main thread can be told of signals; in any other the answer is no.
    """
    came: list[Any] = []
    if threading.current_thread() is not threading.main_thread():
        yield lambda: False
        return
    before = signal.signal(signal.SIGTERM, lambda number, frame: came.append(number))
    try:
        yield lambda: bool(came)
    finally:
        signal.signal(signal.SIGTERM, before)
        if came:
            signal.raise_signal(signal.SIGTERM)
