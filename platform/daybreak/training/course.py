"""The course of one training: take up what was put down, step, measure, write checkpoints, stop in time."""

import math
from collections.abc import Callable, Mapping
from pathlib import Path

from daybreak.errors import Interrupted, StepFailed
from daybreak.training import checkpoints, fitting
from daybreak.training.feeding import order
from daybreak.training.fitting import Fitting, State, Step, Subject
from daybreak.training.params import TrainingParams
from daybreak.training.stopping import asked_to_stop
from daybreak.training.watching.history import History

# What is worth a curve, and the step it was at.
Watch = Callable[[Mapping[str, float], int], None]

ORDER = "order.npz"
RATIOS = 50
"""Steps of a training whose update-to-weight ratio is measured."""


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
        self._open: Step | None = None  # the last step of an epoch that is not measured yet

    @property
    def _best_folder(self) -> Path:
        return self._folder / "best"

    @property
    def training(self) -> TrainingParams:
        return self.fitting.training

    def run(self) -> None:
        """Train to the end. StepFailed where the loss is not finite, or leaps beyond `training.spike`.

        A SIGTERM is answered by a checkpoint, between two batches, and then passed on; StepFailed if that ends nothing.
        """
        self._take_up()
        with asked_to_stop() as asked:
            if self.fitting.world.processes == 1:
                self.fitting.asked = asked
            try:
                self._go(lambda: self.fitting.world.agree(asked()))
            except Interrupted:
                self._put_down()
                place = f"step {self.fitting.number} of {self.fitting.total}"
                raise StepFailed(f"train: asked to stop at {place}", "", "Run again to go on from there") from None
        if self.training.patience:
            self._take_best()

    def _go(self, asked: Callable[[], bool]) -> None:
        if self._open and self._ends_with(self._open):
            return
        for step in self.fitting.steps():
            self._note(step)
            if (step.number % self.fitting.each == 0 or step.number == step.of) and self._ends_with(step):
                return
            if asked():
                raise Interrupted
            if self._is_due(step):
                self._put_down()

    def _ends_with(self, step: Step) -> bool:
        """Close the epoch that ends with this step; tells whether training does too."""
        self._open = step
        self._close_epoch(step)
        self._open = None
        return self._stopped_early()

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
        measured = fitting.measure(
            fit.network, fit.recipe, self._validation, fit.labels, fit.device, world=fit.world, asked=fit.asked
        )
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
            self._write(self._best_folder, self.fitting.state(), 1)
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
        state = checkpoints.newest(self._best_folder, lambda _: None)
        if state is None:
            remedy = "Run again: training begins anew, or goes on from an earlier checkpoint"
            raise StepFailed("train: the checkpoint of the best epoch is damaged", "a whole one", remedy)
        self.fitting.load(state)

    def _is_due(self, step: Step) -> bool:
        if step.number == step.of:
            return False
        every = self.training.checkpoints.every_steps
        return step.number % self.fitting.each == 0 or bool(every and step.number % every == 0)

    def _put_down(self) -> None:
        state = self.fitting.state()
        own = {"history": self.history.state(), "best": self._best, "waited": self._waited}
        own["open"] = self._open._asdict() if self._open else None
        keep = self.training.checkpoints.keep_last
        self._write(self._folder, State(state.tensors, {**state.facts, **own}), keep)

    def _write(self, folder: Path, state: State, keep: int) -> None:
        """One process writes for all, and none reads before it has."""
        if self.fitting.world.rank == 0:
            place = checkpoints.write(folder, self.fitting.number, state)
            checkpoints.prune(folder, keep)
            self.fitting.alarm.last_good = f"the last good checkpoint is {place}"
        self.fitting.world.agree(False)

    def _take_up(self) -> None:
        fit, told = self.fitting, list[str]()
        epochs = math.ceil(fit.total / fit.each)
        drawn = order.settled(self._folder / ORDER, epochs, fit.order, write=fit.world.rank == 0)
        fit.order = drawn.__getitem__
        fit.ratio_every = max(1, fit.total // RATIOS)
        if (state := self._newest(told.append)) is not None:
            fit.restore(state)
            self.history.restore(state.facts["history"], fit.number)
            self._best, self._waited = state.facts["best"], state.facts["waited"]
            self._open = Step(**state.facts["open"]) if state.facts["open"] else None
            self._pieces_told = fit.pieces
            place = checkpoints.place_at(self._folder, fit.number)
            fit.alarm.last_good = f"the last good checkpoint is {place}"
            told.append(f"goes on from the checkpoint at step {fit.number} of {fit.total}")
            self._show_past()
        for words in told:
            self.history.tell(fit.number, fit.total, words)

    def _newest(self, tell: Callable[[str], None]) -> State | None:
        """The last checkpoint that is whole; none without the best epoch that it counts on."""
        state = checkpoints.newest(self._folder, tell)
        if state is None or state.facts["best"] is None or checkpoints.newest(self._best_folder, tell):
            return state
        tell("training begins anew, because the weights of its best epoch are lost")
        return None

    def _show_past(self) -> None:
        """Let who watches have the whole curve, also what went before."""
        if self._watch:
            for point in (*self.history.steps, *self.history.epochs):
                self._watch(point, int(point["step"]))
