"""One training from fixed seeds: dataset and params in, a sealed model folder out."""

import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

import numpy as np
import torch
from torch import nn

from daybreak import digests, recipes
from daybreak.recipes.encoders import folder as folders
from daybreak.recipes.params import ModelParams
from daybreak.records import DatasetRef, ModelRef
from daybreak.training import assembling, devices, launching, seed, surroundings
from daybreak.training.bases import pretrained
from daybreak.training.course import ORDER, Course, Watch
from daybreak.training.feeding import tokens
from daybreak.training.fitting import Fitting, Subject
from daybreak.training.params import CHECKPOINTS, TrainingParams
from daybreak.training.watching import composition
from daybreak.training.watching.history import History, Report
from daybreak.training.watching.usage import Usage
from daybreak.training.world import Alone, World

HISTORY = "history.json"


class Prepared(NamedTuple):
    """The base model in memory, and the train and validation splits tokenised for it."""

    base: pretrained.Base
    learned: Subject
    validation: Subject


class Fitted(NamedTuple):
    """A network at the end of its training, where it came from, how it went, and the folder of its checkpoints."""

    network: nn.Module
    base: pretrained.Base
    history: History
    checkpoints: Path


def train(
    dataset: DatasetRef,
    model: ModelParams,
    training: TrainingParams,
    folder: Path,
    *,
    cache: Path,
    report: Report | None = None,
    watch: Watch | None = None,
) -> ModelRef:
    """Fit one model on the train split and write it to `folder`, with `history.json` and the order of rows.

    The last step's weights are kept, with `patience` those of the best epoch. Checkpoints go below `cache`; a training
    that was killed goes on from the last one and ends with bit-identical weights. The same inputs give bit-identical
    weights on the same class of machine. `metrics` of the result are `validation_<metric>` at the end. Raises
    ParamsError, ModelError, DataError, and StepFailed where the loss is not finite.
    """
    if training.processes > 1:
        return launching.launch(dataset, model, training, folder, cache=cache, report=report, watch=watch)
    fitted = fit(dataset, model, training, cache=cache, report=report, watch=watch)
    return keep(fitted, dataset, model, training, folder)


def fit(
    dataset: DatasetRef,
    model: ModelParams,
    training: TrainingParams,
    *,
    cache: Path,
    world: World | None = None,
    report: Report | None = None,
    watch: Watch | None = None,
) -> Fitted:
    """The training itself, in this process, which may be one of several in a world: then all of them call this."""
    world = world or Alone()
    recipe, device = recipes.find(model.recipe), devices.choose(training, world.rank)
    if world.rank:
        world.agree(False)  # the first tokenises, the others find it done
    base, learned, validation = prepare(dataset, model, training, cache)
    if not world.rank:
        world.agree(False)
    history = History(report, Usage(device.torch_device))
    for words in learned.tokens.remarks():
        history.tell(0, 1, words)
    notes = cache / CHECKPOINTS / _key(dataset, model, training, base, device)

    def build() -> nn.Module:
        return assembling.build(recipe, base, dataset.labels, training, device)

    with seed.fixed(training.seed, training.threads):
        fitting = Fitting(build(), recipe, learned, training, device=device, world=world, labels=dataset.labels)
        Course(fitting, validation, history, notes, watch).run()
        history.composition = composition.of(fitting, dataset.labels, dataset.split("train"))
        network = fitting.finished(build)
    return Fitted(network, base, history, notes)


def keep(fitted: Fitted, dataset: DatasetRef, model: ModelParams, training: TrainingParams, folder: Path) -> ModelRef:
    """Write a finished training to its folder; its checkpoints are needed no more."""
    network, base, history, notes = fitted
    recipe = recipes.find(model.recipe)
    network = assembling.finish(recipe, base, network, labels=dataset.labels, training=training, folder=folder)
    history.write(folder / HISTORY)
    shutil.copyfile(notes / ORDER, folder / ORDER)
    description = {
        "recipe": model.recipe,
        "labels": list(dataset.labels),
        "max_length": training.max_length,
        **({"pooling": "mean"} if recipe.BASE == "encoder" else {"base": base.ref.model_dump()}),
    }
    made = ModelRef(
        path=folder,
        recipe=model.recipe,
        labels=dataset.labels,
        sha256=folders.save(network, base.tokenizer, description, folder, unsealed=(HISTORY, ORDER)),
        base=base.ref,
        seed=training.seed,
        metrics=_at_end(history, training, {**recipe.METRICS, "loss": "min"}),
        environment=surroundings.describe(training, devices.choose(training)),
    )
    shutil.rmtree(notes, ignore_errors=True)
    return made


def _at_end(history: History, training: TrainingParams, directions: Mapping[str, str]) -> dict[str, float]:
    """What was measured of the weights that are kept: those of the last epoch, with `patience` of the best."""
    point = history.epochs[-1]
    if training.patience:
        metric = training.metric or next(iter(directions))
        better = min if directions[metric] == "min" else max
        point = better(history.epochs, key=lambda each: each[f"validation_{metric}"])
    return {name: value for name, value in point.items() if name.startswith("validation_")}


def prepare(dataset: DatasetRef, model: ModelParams, training: TrainingParams, cache: Path) -> Prepared:
    """Load the base and tokenise for it; what was tokenised before is read from `cache`."""
    recipe = recipes.find(model.recipe)
    base = pretrained.load(
        model, training.max_length, lambda: tokens.read(dataset.split("train")).texts, kind=recipe.BASE, cache=cache
    )

    def subject(path: Path, packed: int = 0) -> Subject:
        found = tokens.tokenise(
            path, recipe, dataset.labels, tokenizer=base.tokenizer, max_length=training.max_length, cache=cache
        )
        return Subject(found, np.arange(len(found)), base.pad_id, packed)

    packed = training.max_length if training.packing else 0
    return Prepared(base, subject(dataset.split("train"), packed), subject(dataset.split("validation")))


def _key(
    dataset: DatasetRef, model: ModelParams, training: TrainingParams, base: pretrained.Base, device: devices.Device
) -> str:
    """Names all that a training hangs on, so that no other one takes up its checkpoints."""
    hangs_on = {
        "data": dataset.digest,
        "base": base.ref.model_dump(),
        "model": model.model_dump(),
        "training": training.model_dump(exclude={"checkpoints", "seeds", "detect_anomaly", "spike"}),
        "code": digests.of_code("recipes", "training"),
        "computed by": [torch.__version__, device.torch_device.type, torch.backends.cpu.get_cpu_capability()],
    }
    return digests.of_value(hangs_on)[:20]
