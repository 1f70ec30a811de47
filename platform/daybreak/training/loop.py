"""One training from fixed seeds: dataset and params in, a sealed model folder out."""

import json
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
from torch import nn

from daybreak import recipes
from daybreak.recipes.base import Recipe
from daybreak.recipes.encoders import folder as folders
from daybreak.recipes.params import ModelParams
from daybreak.records import DatasetRef, ModelRef
from daybreak.training import encoder, fitting, seed, tokens
from daybreak.training.params import TrainingParams

# (share done in 0..1, note in words)
Report = Callable[[float, str], None]

HISTORY = "history.json"
HISTORY_POINTS = 200


def train(
    dataset: DatasetRef,
    model: ModelParams,
    training: TrainingParams,
    folder: Path,
    *,
    cache: Path,
    report: Report | None = None,
) -> ModelRef:
    """Fit one model on the train split and write it to `folder`, with `history.json`; the last step's weights are kept.

    Runs on the CPU. The same inputs give bit-identical weights on the same class of machine. `metrics` of the result
    are `validation_<metric>` at the end. Raises ModelError, DataError, and StepFailed where the loss is not finite.
    """
    recipe = recipes.find(model.recipe)
    base, learned, validation = prepare(dataset, model, training, cache)
    history = History(report)
    with seed.fixed(training.seed, training.threads):
        network = recipe.build(base.encoder(training.dropout), dataset.labels, training.dropout)
        _fit(network, recipe, training, history, learned=learned, validation=validation)
    history.write(folder / HISTORY)
    description = {
        "recipe": model.recipe,
        "labels": list(dataset.labels),
        "max_length": training.max_length,
        "pooling": "mean",
    }
    return ModelRef(
        path=folder,
        recipe=model.recipe,
        labels=dataset.labels,
        sha256=folders.save(network, base.tokenizer, description, folder, unsealed=(HISTORY,)),
        base=base.ref,
        seed=training.seed,
        metrics={name: value for name, value in history.epochs[-1].items() if name.startswith("validation_")},
    )


def prepare(
    dataset: DatasetRef, model: ModelParams, training: TrainingParams, cache: Path
) -> tuple[encoder.Base, fitting.Subject, fitting.Subject]:
    """The base model in memory, and the train and validation splits tokenised for it."""
    recipe = recipes.find(model.recipe)
    base = encoder.load(model, training.max_length, lambda: tokens.read(dataset.split("train"))[1])

    def subject(path: Path) -> fitting.Subject:
        found = tokens.tokenise(
            path, recipe, dataset.labels, tokenizer=base.tokenizer, max_length=training.max_length, cache=cache
        )
        return fitting.Subject(found, np.arange(len(found)), base.pad_id)

    return base, subject(dataset.split("train")), subject(dataset.split("validation"))


def _fit(
    network: nn.Module,
    recipe: Recipe,
    training: TrainingParams,
    history: "History",
    *,
    learned: fitting.Subject,
    validation: fitting.Subject,
) -> None:
    each, _ = fitting.steps(len(learned.rows), training)
    for step in fitting.fit(network, recipe, learned, training):
        history.add(step)
        if step.number % each == 0 or step.number == step.of:
            history.close_epoch(step, fitting.measure(network, recipe, validation))


class History:
    """How a training went: `steps` (means over a window of steps, at most about 200) and `epochs` (validation)."""

    def __init__(self, report: Report | None) -> None:
        self.steps: list[dict[str, float]] = []
        self.epochs: list[dict[str, float]] = []
        self._report = report
        self._window: list[fitting.Step] = []
        self._began = self._window_began = time.monotonic()

    def add(self, step: fitting.Step) -> None:
        self._window.append(step)
        if len(self._window) < max(1, step.of // HISTORY_POINTS) and step.number < step.of:
            return
        now, count = time.monotonic(), len(self._window)
        loss = sum(each.loss for each in self._window) / count
        self.steps.append(
            {
                "step": step.number,
                "epoch": round(step.epoch, 4),
                "loss": loss,
                "learning_rate": step.learning_rate,
                "gradient_norm": sum(each.gradient_norm for each in self._window) / count,
                "tokens_per_second": sum(each.tokens for each in self._window) / max(1e-9, now - self._window_began),
            }
        )
        self._window, self._window_began = [], now
        left = (now - self._began) / step.number * (step.of - step.number)
        self._say(step, f"step {step.number} of {step.of}, loss {loss:.3f}, {left:.0f} s left")

    def close_epoch(self, step: fitting.Step, measured: dict[str, float]) -> None:
        named = {f"validation_{name}": value for name, value in measured.items()}
        self.epochs.append({"step": step.number, "epoch": round(step.epoch, 4), **named})
        words = ", ".join(f"{name} {value:.3f}" for name, value in measured.items())
        self._say(step, f"epoch {step.epoch:.3g}: validation {words}")
        self._window_began = time.monotonic()

    def write(self, path: Path) -> None:
        content: dict[str, Any] = {"steps": self.steps, "epochs": self.epochs}
        path.write_text(json.dumps(content, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")

    def _say(self, step: fitting.Step, note: str) -> None:
        if self._report:
            self._report(step.number / step.of, note)
