"""What one trial does, apart from who runs it: train on a draw of the rows, stop for a score at every rung."""

from collections.abc import Callable, Mapping

import numpy as np
from numpy.typing import NDArray

from daybreak import digests, recipes
from daybreak.recipes.params import ModelParams
from daybreak.training import assembling, devices, fitting, loop, seed
from daybreak.training.params import TrainingParams
from daybreak.tuning import space
from daybreak.tuning.request import Request

VALIDATION_ROWS = 1500
"""A report reads at most so many rows: the standard error of an accuracy of 0.85 is then 0.9 points."""


BASES = 2
"""So many base models, with their tokens, stay in memory between trials."""
# What a trial does alone, and without writing down where it is: the sweep's journal begins it again.
ALONE = {"spread": "none", "processes": 1, "patience": 0}


class Desk:
    """Begins attempts, and keeps tokens and base weights between them."""

    def __init__(self, request: Request) -> None:
        self._request = request
        self._ready: dict[str, loop.Prepared] = {}

    def begin(self, point: Mapping[str, float | int | str]) -> "Attempt":
        """A trial of one point of the space; the seed makes it the same at whichever desk and after whichever other."""
        request, tuning = self._request, self._request.tuning
        model, chosen = space.apply_model(request.model, point), space.apply(request.training, point)
        training = chosen.model_copy(update={**ALONE, "epochs": tuning.epochs, "threads": tuning.cpus_per_trial})
        base, learned, validation = self._prepared(model, training)
        recipe = recipes.find(model.recipe)
        seed.fix(training.seed, training.threads)
        device, labels = devices.choose(training), request.dataset.labels
        network = assembling.build(recipe, base, labels, training, device)
        subject = sample(learned, tuning.fraction, tuning.seed)
        fit = fitting.Fitting(network, recipe, subject, training, device=device, labels=labels)
        read = sample(validation, min(1.0, VALIDATION_ROWS / len(validation)), tuning.seed)

        def score() -> float:
            return fitting.measure(network, recipe, read, labels, device)[request.metric]

        return Attempt(fit, score)

    def _prepared(self, model: ModelParams, training: TrainingParams) -> loop.Prepared:
        key = digests.of_value([model.model_dump(), training.max_length, training.packing])
        if key not in self._ready:
            while len(self._ready) >= BASES:
                self._ready.pop(next(iter(self._ready)))
            self._ready[key] = loop.prepare(self._request.dataset, model, training, self._request.cache)
        return self._ready[key]


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
