"""What one trial does, apart from who runs it: train on a draw of the rows, stop for a score at every rung."""

from collections.abc import Callable, Mapping

import numpy as np
from numpy.typing import NDArray

from daybreak import recipes
from daybreak.training import assembling, devices, fitting, loop, seed
from daybreak.tuning import space
from daybreak.tuning.request import Request

VALIDATION_ROWS = 1500
"""A report reads at most so many rows: the standard error of an accuracy of 0.85 is then 0.9 points."""


class Desk:
    """Begins attempts, and keeps tokens and base weights between them."""

    def __init__(self, request: Request) -> None:
        self._request = request
        self._ready: dict[int, loop.Prepared] = {}

    def begin(self, point: Mapping[str, float | int | str]) -> "Attempt":
        """A trial of one point of the space; the seed makes it the same at whichever desk and after whichever other."""
        request, tuning = self._request, self._request.tuning
        chosen = space.apply(request.training, point)
        training = chosen.model_copy(update={"epochs": tuning.epochs, "threads": 1})
        if training.max_length not in self._ready:
            self._ready[training.max_length] = loop.prepare(request.dataset, request.model, training, request.cache)
        base, learned, validation = self._ready[training.max_length]
        recipe = recipes.find(request.model.recipe)
        seed.fix(training.seed, training.threads)
        device, labels = devices.choose(training), request.dataset.labels
        network = assembling.build(recipe, base, labels, training, device)
        subject = sample(learned, tuning.fraction, tuning.seed)
        fit = fitting.Fitting(network, recipe, subject, training, device=device, labels=labels)
        read = sample(validation, min(1.0, VALIDATION_ROWS / len(validation)), tuning.seed)

        def score() -> float:
            return fitting.measure(network, recipe, read, labels, device)[tuning.metric]

        return Attempt(fit, score)


class Attempt:
    """One trial under way."""

    def __init__(self, fit: fitting.Fitting, score: Callable[[], float]) -> None:
        self.fitting, self._score = fit, score
        self._steps = fit.steps()

    def advance(self, epochs: float) -> float:
        """Train until so many epochs are behind us, or training is over; returns the validation score there."""
        goal = min(self.fitting.total, max(1, round(epochs * self.fitting.each)))
        while self.fitting.number < goal:
            next(self._steps)
        return self._score()


def sample(subject: fitting.Subject, share: float, chance: int) -> fitting.Subject:
    """A stratified draw of a share of the rows, at least one a class, the same for the same seed."""
    targets: NDArray[np.int64] = subject.tokens.classes[subject.rows]
    draw = np.random.default_rng(chance)
    classes = (np.flatnonzero(targets == value) for value in np.unique(targets))
    chosen = [draw.choice(rows, max(1, round(share * len(rows))), replace=False) for rows in classes]
    return subject.only(subject.rows[np.sort(np.concatenate(chosen))])
