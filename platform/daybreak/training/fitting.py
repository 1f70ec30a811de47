"""Fits a network step by step, can be put down and taken up again, and measures it on rows it does not learn from."""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any, NamedTuple

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from daybreak.errors import StepFailed
from daybreak.recipes.base import Batch, Recipe
from daybreak.training import batches, optimiser, seed
from daybreak.training.devices import CPU, Device
from daybreak.training.params import TrainingParams
from daybreak.training.tokens import Tokens
from daybreak.training.world import Alone, World

READING_BATCH = 64


@dataclass(frozen=True)
class Subject:
    """What is learned from: some rows of a tokenised split."""

    tokens: Tokens
    rows: NDArray[np.int64]
    pad_id: int

    def __len__(self) -> int:
        return len(self.rows)

    @property
    def lengths(self) -> NDArray[np.int64]:
        return self.tokens.lengths[self.rows]

    def only(self, rows: NDArray[np.int64]) -> "Subject":
        """The same split with other rows of it."""
        return replace(self, rows=rows)

    def batch(self, positions: NDArray[np.int64]) -> Batch:
        return batches.assemble(self.tokens, self.rows[positions], self.pad_id)

    def named(self, positions: NDArray[np.int64]) -> list[str]:
        """The ids of rows, as the data version knows them."""
        named: list[str] = self.tokens.rows[self.rows[positions]].tolist()
        return named


class Step(NamedTuple):
    """One step taken: `number` of `of`, counted from 1; `epoch` is a share; `loss` a mean over its targets.

    `rows` counts those learned from, `tokens` what they hold, on all processes together.
    """

    number: int
    of: int
    epoch: float
    loss: float
    learning_rate: float
    gradient_norm: float
    tokens: int
    rows: int


class State(NamedTuple):
    """Everything that the rest of a training hangs on: tensors by file and name, and facts ready for JSON."""

    tensors: dict[str, dict[str, Tensor]]
    facts: dict[str, Any]


def steps(rows: int, training: TrainingParams) -> tuple[int, int]:
    """Steps in one epoch, and in the whole training; epochs may be fractional."""
    each = math.ceil(math.ceil(rows / training.batch_size) / training.accumulation)
    return each, max(1, round(training.epochs * each))


class Fitting:
    """A network on its way through a training.

    Deterministic once `seed.fix` was called: what was captured by `state` and restored goes on bit by bit as it would
    have. Where memory does not hold a batch it is cut into twice as many `pieces`, which changes no step but by
    rounding and dropout.
    """

    def __init__(
        self,
        network: nn.Module,
        recipe: Recipe,
        subject: Subject,
        training: TrainingParams,
        *,
        device: Device = CPU,
        world: World | None = None,
        labels: Sequence[str] = (),
    ) -> None:
        self.recipe, self.subject, self.training, self.device = recipe, subject, training, device
        self.labels = labels
        self.world = world or Alone()
        self.network = self.world.wrap(network)
        self.optimiser = optimiser.build(self.network, training)
        self.scaler = device.scaler()
        self.each, self.total = steps(len(subject), training)
        self.number, self.pieces = 0, 1
        self.order = lru_cache(1)(self._order)
        self._class_weights = _balance(subject, labels, device) if training.class_weights == "balanced" else None

    def steps(self) -> Iterator[Step]:
        """Take one optimiser step for each value drawn, until training's epochs are over.

        StepFailed, naming step and rows, where loss or gradient is not finite.
        """
        self.network.train()
        while self.number < self.total:
            yield self._step()

    def state(self) -> State:
        """Where the training is, between two steps. What is frozen is not part of it."""
        frozen = {name for name, weight in self.network.named_parameters() if not weight.requires_grad}
        weights = {name: value for name, value in self.network.state_dict().items() if name not in frozen}
        moments = self.optimiser.state_dict()["state"]
        flat = {f"{index}.{name}": value for index, each in moments.items() for name, value in each.items()}
        chance, other_chance = seed.capture()
        facts = {"number": self.number, "pieces": self.pieces, "scaler": self.scaler.state_dict()}
        return State({"weights": weights, "optimiser": flat, "chance": chance}, {**facts, "chance": other_chance})

    def restore(self, state: State) -> None:
        """Go on from there; the network must have been built as that one was."""
        self.network.load_state_dict(state.tensors["weights"], strict=False)
        moments: dict[int, dict[str, Tensor]] = {}
        for key, value in state.tensors["optimiser"].items():
            index, name = key.split(".", 1)
            moments.setdefault(int(index), {})[name] = value
        groups = self.optimiser.state_dict()["param_groups"]
        self.optimiser.load_state_dict({"state": moments, "param_groups": groups})
        self.scaler.load_state_dict(state.facts["scaler"])
        self.number, self.pieces = state.facts["number"], state.facts["pieces"]
        seed.restore(state.tensors["chance"], state.facts["chance"])

    def window(self, number: int) -> list[NDArray[np.int64]]:
        """The batches, as positions in the subject, that step `number`, from 0, is taken on."""
        epoch, place = divmod(number, self.each)
        start = place * self.training.accumulation
        return self.order(epoch)[start : start + self.training.accumulation]

    def _order(self, epoch: int) -> list[NDArray[np.int64]]:
        return batches.order(self.subject.lengths, self.training.batch_size, self.training.seed, epoch)

    def _step(self) -> Step:
        window, number = self.window(self.number), self.number + 1
        learning_rate = self.training.learning_rate * optimiser.rate(self.number, self.total, self.training)
        optimiser.set_rate(self.optimiser, learning_rate)
        loss, norm, tokens = self._descend(window)
        if not math.isfinite(loss) or not (math.isfinite(norm) or self.scaler.is_enabled()):
            raise _diverged(number, loss, norm, self.subject.named(np.concatenate(window)))
        self.scaler.step(self.optimiser)
        self.scaler.update()
        self.number = number
        rows = sum(map(len, window))
        return Step(number, self.total, number / self.each, loss, learning_rate, norm, tokens, rows)

    def _descend(self, window: list[NDArray[np.int64]]) -> tuple[float, float, int]:
        """Leave a window's clipped gradients in the network; gives loss, gradient norm before clipping, and tokens."""
        chance = seed.capture_torch()
        while (done := self._accumulate(window)) is None:
            if self.world.size > 1 or self.pieces >= self.training.batch_size:
                found = f"train: step {self.number + 1} does not fit into memory in {self.pieces} pieces a batch"
                raise StepFailed(found, "a step that fits", "Lower training.batch_size or training.max_length")
            self.pieces *= 2
            torch.cuda.empty_cache()
            seed.restore(chance)
        return done

    def _accumulate(self, window: list[NDArray[np.int64]]) -> tuple[float, float, int] | None:
        """The whole window's loss is divided by its weight once, so that rows count alike wherever they stand."""
        self.optimiser.zero_grad(set_to_none=True)
        parts = [self.subject.batch(part) for whole in window for part in self._cut(self.world.share(whole))]
        own = sum(self.recipe.weight(part.targets, self._class_weights) for part in parts)
        weight, tokens = self.world.total(own, sum(part.tokens for part in parts))
        try:
            losses = [self._backward(part, max(weight, 1e-9), last=part is parts[-1]) for part in parts]
        except torch.OutOfMemoryError:
            return None
        (loss,) = self.world.total(float(torch.stack(losses).sum()))
        self.scaler.unscale_(self.optimiser)
        return loss, self.world.clip(self.network, self.training.clip_norm), int(tokens)

    def _cut(self, positions: NDArray[np.int64]) -> list[NDArray[np.int64]]:
        return [part for part in np.array_split(positions, self.pieces) if len(part)]

    def _backward(self, part: Batch, weight: float, *, last: bool) -> Tensor:
        """Add a part's gradients; returns its share of the window's loss. DDP and its kin divide by their number."""
        batch = self.device.place(part)
        with self.world.quiet(self.network, last=last):
            with self.device.autocast():
                answers = self.recipe.answer(self.network, batch)
            smoothing = self.training.label_smoothing
            loss = self.recipe.loss(answers, batch.targets, smoothing, self._class_weights) / weight
            self.scaler.scale(loss * self.world.size).backward()
        return loss.detach()


def measure(
    network: nn.Module, recipe: Recipe, subject: Subject, labels: Sequence[str], device: Device = CPU
) -> dict[str, float]:
    """The recipe's metrics and the mean loss (without smoothing) over the subject; the network's mode is kept."""
    training = network.training
    network.eval()
    observed, losses, weight = [], 0.0, 0.0
    with torch.inference_mode(), device.autocast():
        for positions in batches.by_length(subject.lengths, READING_BATCH):
            batch = device.place(subject.batch(positions))
            answers = recipe.answer(network, batch)
            losses += float(recipe.loss(answers, batch.targets))
            weight += recipe.weight(batch.targets)
            observed.append(recipe.observe(answers, batch.targets))
    network.train(training)
    return {"loss": losses / max(weight, 1e-9), **recipe.metrics(np.concatenate(observed), labels)}


def _balance(subject: Subject, labels: Sequence[str], device: Device) -> Tensor:
    """Weights that let every label count alike: rows over (labels times rows of the label) (King & Zeng, 2001)."""
    counts = np.bincount(subject.tokens.classes[subject.rows], minlength=len(labels))
    weights = len(subject) / (len(labels) * np.maximum(counts, 1))
    return torch.from_numpy(weights.astype(np.float32)).to(device.torch_device)


def _diverged(number: int, loss: float, norm: float, rows: list[str]) -> StepFailed:
    named = ", ".join(rows[:8]) + (f" and {len(rows) - 8} more" if len(rows) > 8 else "")
    found = f"train: loss {loss:g}, gradient norm {norm:g} at step {number} on rows {named}"
    return StepFailed(found, "finite numbers", "Lower training.learning_rate, or look at these rows")
