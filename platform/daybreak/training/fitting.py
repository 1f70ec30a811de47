"""Fits a network step by step, and measures it on rows it does not learn from."""

import math
from collections.abc import Iterator
from itertools import count
from typing import NamedTuple

import numpy as np
import torch
from numpy.typing import NDArray
from torch import nn

from daybreak.errors import StepFailed
from daybreak.recipes.base import Recipe
from daybreak.training import batches, optimiser
from daybreak.training.params import TrainingParams
from daybreak.training.tokens import Tokens

READING_BATCH = 64


class Subject(NamedTuple):
    """What is learned from: some rows of a tokenised split."""

    tokens: Tokens
    rows: NDArray[np.int64]
    pad_id: int

    @property
    def lengths(self) -> NDArray[np.int64]:
        return self.tokens.lengths[self.rows]

    def batch(self, positions: NDArray[np.int64]) -> batches.Batch:
        return batches.assemble(self.tokens, self.rows[positions], self.pad_id)


class Step(NamedTuple):
    """One step taken: `number` of `of`, counted from 1; `epoch` is a share; `loss` a mean over the batch."""

    number: int
    of: int
    epoch: float
    loss: float
    learning_rate: float
    gradient_norm: float
    tokens: int


def steps(rows: int, training: TrainingParams) -> tuple[int, int]:
    """Steps in one epoch, and in the whole training; epochs may be fractional."""
    each = math.ceil(rows / training.batch_size)
    return each, max(1, round(training.epochs * each))


def fit(network: nn.Module, recipe: Recipe, subject: Subject, training: TrainingParams) -> Iterator[Step]:
    """Take one optimiser step for each value drawn, until training's epochs are over.

    Deterministic once `seed.fix` was called. StepFailed, naming step and rows, where loss or gradient is not finite.
    """
    each, total = steps(len(subject.rows), training)
    adam = optimiser.build(network, training)
    number = 0
    network.train()
    for epoch in count():
        for positions in batches.order(subject.lengths, training.batch_size, training.seed, epoch):
            learning_rate = training.learning_rate * optimiser.rate(number, total, training.warmup)
            optimiser.set_rate(adam, learning_rate)
            batch = subject.batch(positions)
            number += 1
            adam.zero_grad(set_to_none=True)
            loss, norm = _descend(network, recipe, batch, training)
            if not math.isfinite(loss + norm):
                raise _diverged(number, loss, norm, subject.tokens.rows[subject.rows[positions]])
            adam.step()
            yield Step(number, total, number / each, loss, learning_rate, norm, batch.tokens)
            if number == total:
                return


def _descend(network: nn.Module, recipe: Recipe, batch: batches.Batch, training: TrainingParams) -> tuple[float, float]:
    """Leave a batch's clipped gradients in the network; returns loss and gradient norm before clipping."""
    logits = network(batch.input_ids, batch.attention_mask)
    loss = recipe.loss(logits, batch.targets, training.label_smoothing)
    loss.backward()  # type: ignore[no-untyped-call]
    norm = nn.utils.clip_grad_norm_(network.parameters(), training.clip_norm)
    return float(loss.detach()), float(norm)


def _diverged(number: int, loss: float, norm: float, rows: NDArray[np.str_]) -> StepFailed:
    named = ", ".join(rows[:8].tolist()) + (f" and {len(rows) - 8} more" if len(rows) > 8 else "")
    found = f"train: loss {loss:g}, gradient norm {norm:g} at step {number} on rows {named}"
    return StepFailed(found, "finite numbers", "Lower training.learning_rate, or look at these rows")


def measure(network: nn.Module, recipe: Recipe, subject: Subject) -> dict[str, float]:
    """The recipe's metrics and the mean loss (without smoothing) over the subject; the network's mode is kept."""
    training = network.training
    network.eval()
    logits, targets, losses = [], [], 0.0
    with torch.inference_mode():
        for positions in batches.by_length(subject.lengths, READING_BATCH):
            batch = subject.batch(positions)
            answers = network(batch.input_ids, batch.attention_mask)
            losses += float(recipe.loss(answers, batch.targets, 0.0)) * len(positions)
            logits.append(answers.numpy())
            targets.append(batch.targets.numpy())
    network.train(training)
    return {"loss": losses / len(subject.rows), **recipe.metrics(np.concatenate(logits), np.concatenate(targets))}
