"""Fits a network step by step, can be put down and taken up again, and measures it on rows it does not learn from."""

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any, NamedTuple

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from daybreak.errors import Interrupted, ParamsError, StepFailed
from daybreak.recipes.base import Batch, Recipe
from daybreak.training import motion, optimiser, seed
from daybreak.training.alarms import Alarm
from daybreak.training.devices import CPU, Device
from daybreak.training.feeding import batches, packing
from daybreak.training.feeding.tokens import Tokens
from daybreak.training.params import TrainingParams
from daybreak.training.world import Alone, World

READING_BATCH = 64
READING_TOKENS = 2048
"""Of a language model's answers, which are as wide as its vocabulary, at most so many are held at once."""


@dataclass(frozen=True)
class Subject:
    """What is learned from: some rows of a tokenised split; with `packed` tokens a row of a batch, they share those."""

    tokens: Tokens
    rows: NDArray[np.int64]
    pad_id: int
    packed: int = 0

    def __len__(self) -> int:
        return len(self.rows)

    @property
    def lengths(self) -> NDArray[np.int64]:
        return self.tokens.lengths[self.rows]

    def only(self, rows: NDArray[np.int64]) -> "Subject":
        """The same split with other rows of it."""
        return replace(self, rows=rows)

    def batch(self, positions: NDArray[np.int64]) -> Batch:
        if self.packed:
            return packing.assemble(self.tokens, self.rows[positions], self.pad_id, self.packed)
        return batches.assemble(self.tokens, self.rows[positions], self.pad_id)

    def named(self, positions: NDArray[np.int64]) -> list[str]:
        """The ids of rows, as the data version knows them."""
        named: list[str] = self.tokens.rows[self.rows[positions]].tolist()
        return named


class Step(NamedTuple):
    """One step taken: `number` of `of`, counted from 1; `epoch` is a share; `loss` a mean over its targets.

    `rows` counts those learned from, `tokens` what they hold, on all processes together. `update_ratio` is measured at
    some steps only.
    """

    number: int
    of: int
    epoch: float
    loss: float
    learning_rate: float
    gradient_norm: float
    tokens: int
    rows: int
    update_ratio: float | None = None


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
        self.bare = network
        self.network = self.world.wrap(network)
        self.optimiser = optimiser.build(self.bare, training)
        self.scaler = device.scaler()
        self._bins = packing.bins(subject.lengths, subject.packed, training.seed) if subject.packed else []
        self.each, self.total = steps(len(self._bins or subject), training)
        self.number, self.pieces, self.ratio_every = 0, 1, 0
        self.order: Callable[[int], list[NDArray[np.int64]]] = lru_cache(1)(self._order)
        self.alarm = Alarm(training, subject.named)
        self.asked: Callable[[], bool] = _never
        self._class_weights = _balance(subject, labels, device) if training.class_weights == "balanced" else None

    def steps(self) -> Iterator[Step]:
        """Take one optimiser step for each value drawn, until training's epochs are over.

        StepFailed, naming step, rows and the last checkpoint, where loss or gradient is not finite or the loss leaps.
        Interrupted, between the parts of a step, once `asked` says so.
        """
        self.network.train()
        while self.number < self.total:
            yield self._step()

    def state(self) -> State:
        """Where the training is, between two steps, the same in every process. What is frozen is not part of it.

        A weight that is tied to another one, and so has two names, is there under the first.
        """
        weights = dict(self.bare.named_parameters(remove_duplicate=False))
        once = {name for name, weight in self.bare.named_parameters() if weight.requires_grad}
        kept = {name: value for name, value in self.bare.state_dict().items() if name in once or name not in weights}
        learned = {name: self.world.whole(value) for name, value in kept.items()}
        moments = self.optimiser.state_dict()["state"]
        kept = {f"{index}.{name}": value for index, each in moments.items() for name, value in each.items()}
        flat = {name: self.world.whole(value) for name, value in kept.items()}
        own, other_chance = seed.capture()
        each_chance = enumerate(self.world.each(own))
        chance = {f"{rank} {name}": value for rank, each in each_chance for name, value in each.items()}
        facts = {"number": self.number, "pieces": self.pieces, "scaler": self.scaler.state_dict()}
        facts["alarm"] = self.alarm.state()
        return State({"weights": learned, "optimiser": flat, "chance": chance}, {**facts, "chance": other_chance})

    def restore(self, state: State) -> None:
        """Go on from there; the network must have been built as that one was."""
        self.load(state)
        groups = self.optimiser.state_dict()["param_groups"]
        ordered = [weight for group in self.optimiser.param_groups for weight in group["params"]]
        moments: dict[int, dict[str, Tensor]] = {}
        for key, value in state.tensors["optimiser"].items():
            index, name = key.split(".", 1)
            like = ordered[int(index)]
            own = self.world.part(value, like) if value.shape == like.shape else value
            moments.setdefault(int(index), {})[name] = own
        self.optimiser.load_state_dict({"state": moments, "param_groups": groups})
        self.scaler.load_state_dict(state.facts["scaler"])
        self.number, self.pieces = state.facts["number"], state.facts["pieces"]
        self.alarm.restore(state.facts["alarm"])
        chance = {name.partition(" "): value for name, value in state.tensors["chance"].items()}
        own_chance = {name: value for (rank, _, name), value in chance.items() if int(rank) == self.world.rank}
        seed.restore(own_chance, state.facts["chance"])

    def load(self, state: State) -> None:
        """Take over the weights alone."""
        current = self.bare.state_dict()
        weights = state.tensors["weights"].items()
        self.bare.load_state_dict(
            {name: self.world.part(value, current[name]) for name, value in weights}, strict=False
        )

    def finished(self, build: Callable[[], nn.Module]) -> nn.Module:
        """The network with all of its weights in this process; `build` makes another one where they are scattered."""
        held = dict(self.bare.state_dict())  # each call makes other tensors, over the same memory
        weights = {name: self.world.whole(value) for name, value in held.items()}
        if all(weights[name] is value for name, value in held.items()):
            return self.bare
        network = build()
        network.load_state_dict(weights)
        return network

    def window(self, number: int) -> list[NDArray[np.int64]]:
        """The batches, as positions in the subject, that step `number`, from 0, is taken on."""
        epoch, place = divmod(number, self.each)
        start = place * self.training.accumulation
        return self.order(epoch)[start : start + self.training.accumulation]

    def _order(self, epoch: int) -> list[NDArray[np.int64]]:
        if self._bins:
            return packing.order(self._bins, self.training.batch_size, self.training.seed, epoch)
        return batches.order(self.subject.lengths, self.training.batch_size, self.training.seed, epoch)

    def _step(self) -> Step:
        window, number = self.window(self.number), self.number + 1
        learning_rate = self.training.learning_rate * optimiser.rate(self.number, self.total, self.training)
        optimiser.set_rate(self.optimiser, learning_rate)
        loss, norm, tokens = self._descend(window)
        self.alarm.look(number, window, loss, norm, scaled=self.scaler.is_enabled())
        ratio = self._move(measured=bool(self.ratio_every) and number % self.ratio_every == 0)
        self.number = number
        rows = sum(map(len, window))
        return Step(number, self.total, number / self.each, loss, learning_rate, norm, tokens, rows, ratio)

    def _move(self, *, measured: bool) -> float | None:
        """Let the optimiser step; gives, if `measured`, how far that moved the weights."""
        before = motion.sample(self.bare) if measured else []
        self.scaler.step(self.optimiser)
        self.scaler.update()
        return motion.ratio(before, motion.sample(self.bare), self.world) if measured else None

    def _descend(self, window: list[NDArray[np.int64]]) -> tuple[float, float, int]:
        """Leave a window's clipped gradients in the network; gives loss, gradient norm before clipping, and tokens."""
        chance = seed.capture()
        while (done := self._accumulate(window, chance)) is None:
            if self.world.processes > 1 or self.pieces >= self.training.batch_size:
                found = f"train: step {self.number + 1} does not fit into memory in {self.pieces} pieces a batch"
                raise StepFailed(found, "a step that fits", "Lower training.batch_size or training.max_length")
            self.pieces *= 2
            torch.cuda.empty_cache()
            seed.restore(*chance)
        return done

    def _accumulate(self, window: list[NDArray[np.int64]], chance: seed.Chance) -> tuple[float, float, int] | None:
        """The whole window's loss is divided by its weight once, so that rows count alike wherever they stand.

        None where memory is short. `chance` is where it stood, for who is interrupted.
        """
        self.optimiser.zero_grad(set_to_none=True)
        parts = [part for whole in window for part in self._parts(whole)]
        own = sum(self.recipe.weight(batch.targets, self._class_weights) for batch, counts in parts if counts)
        weight, tokens = self.world.total(own, sum(batch.tokens for batch, counts in parts if counts))
        losses = []
        try:
            with self.alarm.anomalies(self.number + 1, window):
                for batch, counts in parts:
                    if self.asked():
                        seed.restore(*chance)
                        raise Interrupted
                    share = max(weight, 1e-9) if counts else math.inf
                    losses.append(self._backward(batch, share, last=batch is parts[-1][0]))
        except torch.OutOfMemoryError:
            return None
        (loss,) = self.world.total(float(torch.stack(losses).sum()))
        self.scaler.unscale_(self.optimiser)
        return loss, self.world.clip(self.network, self.training.clip_norm), int(tokens)

    def _parts(self, whole: NDArray[np.int64]) -> list[tuple[Batch, bool]]:
        """What is this process's of a batch; where it has no rows it goes along with one that does not count."""
        pieces = [piece for piece in np.array_split(self.world.share(whole), self.pieces) if len(piece)]
        return [(self.subject.batch(piece), True) for piece in pieces] or [(self.subject.batch(whole[:1]), False)]

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
    network: nn.Module,
    recipe: Recipe,
    subject: Subject,
    labels: Sequence[str],
    device: Device = CPU,
    *,
    world: World | None = None,
    asked: Callable[[], bool] | None = None,
) -> dict[str, float]:
    """The recipe's metrics and the mean loss (without smoothing) over the subject; the network's mode is kept.

    The processes of a world read a share each and give the same numbers. Interrupted, between two batches, once `asked`
    says so.
    """
    world = world or Alone()
    training = network.training
    network.eval()
    observed, losses, weight = [], 0.0, 0.0
    with world.reading(), device.autocast():
        most = READING_TOKENS if recipe.BASE == "decoder" else 0
        for positions, counts in _turns(batches.by_length(subject.lengths, READING_BATCH, most), world):
            if asked and asked():
                network.train(training)
                raise Interrupted
            batch = device.place(subject.batch(positions))
            answers = recipe.answer(network, batch)
            losses += float(recipe.loss(answers, batch.targets)) * counts
            weight += recipe.weight(batch.targets) * counts
            observed.append(recipe.observe(answers, batch.targets)[: None if counts else 0])
    network.train(training)
    losses, weight = world.total(losses, weight)
    return {"loss": losses / max(weight, 1e-9), **recipe.metrics(world.gather(np.concatenate(observed)), labels)}


def _turns(reading: list[NDArray[np.int64]], world: World) -> Iterator[tuple[NDArray[np.int64], bool]]:
    """This process's of the batches; as many for each, so the last may be one that is another's and does not count."""
    for first in range(0, len(reading), world.size):
        place = first + world.rank % world.size
        yield reading[min(place, len(reading) - 1)], place < len(reading)


def _balance(subject: Subject, labels: Sequence[str], device: Device) -> Tensor:
    """Weights that let every label count alike: rows over (labels times rows of the label) (King & Zeng, 2001).

    ParamsError for rows with several labels: whether a label is given is a question of its own for each.
    """
    if (np.diff(subject.tokens.target_offsets)[subject.rows] != 1).any():
        found = "training.class_weights is balanced, and rows have more than one target"
        raise ParamsError(found, "one label a row", "Set training.class_weights to none")
    counts = np.bincount(subject.tokens.classes[subject.rows], minlength=len(labels))
    weights = len(subject) / (len(labels) * np.maximum(counts, 1))
    return torch.from_numpy(weights.astype(np.float32)).to(device.torch_device)


def _never() -> bool:
    return False
