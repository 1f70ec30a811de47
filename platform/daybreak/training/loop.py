"""One training from fixed seeds: dataset and params in, a sealed model folder out."""

import shutil
from pathlib import Path
from typing import NamedTuple

import numpy as np

from daybreak import digests, recipes
from daybreak.recipes.encoders import folder as folders
from daybreak.recipes.params import ModelParams
from daybreak.records import DatasetRef, ModelRef
from daybreak.training import assembling, devices, pretrained, seed, tokens
from daybreak.training.course import Course, Watch
from daybreak.training.fitting import Fitting, Subject
from daybreak.training.history import History, Report
from daybreak.training.params import TrainingParams

HISTORY = "history.json"


class Prepared(NamedTuple):
    """The base model in memory, and the train and validation splits tokenised for it."""

    base: pretrained.Base
    learned: Subject
    validation: Subject


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
    """Fit one model on the train split and write it to `folder`, with `history.json`.

    The last step's weights are kept, with `patience` those of the best epoch. Checkpoints go below `cache`; a training
    that was killed goes on from the last one and ends with bit-identical weights. The same inputs give bit-identical
    weights on the same class of machine. `metrics` of the result are `validation_<metric>` at the end. Raises
    ParamsError, ModelError, DataError, and StepFailed where the loss is not finite.
    """
    recipe, device = recipes.find(model.recipe), devices.choose(training)
    base, learned, validation = prepare(dataset, model, training, cache)
    history = History(report)
    notes = cache / "checkpoints" / _key(dataset, model, training, base)
    with seed.fixed(training.seed, training.threads):
        network = assembling.build(recipe, base, dataset.labels, training, device)
        fitting = Fitting(network, recipe, learned, training, device=device, labels=dataset.labels)
        Course(fitting, validation, history, notes, watch).run()
    history.write(folder / HISTORY)
    description = {
        "recipe": model.recipe,
        "labels": list(dataset.labels),
        "max_length": training.max_length,
        "pooling": "mean",
    }
    made = ModelRef(
        path=folder,
        recipe=model.recipe,
        labels=dataset.labels,
        sha256=folders.save(network, base.tokenizer, description, folder, unsealed=(HISTORY,)),
        base=base.ref,
        seed=training.seed,
        metrics={name: value for name, value in history.epochs[-1].items() if name.startswith("validation_")},
    )
    shutil.rmtree(notes, ignore_errors=True)
    return made


def prepare(dataset: DatasetRef, model: ModelParams, training: TrainingParams, cache: Path) -> Prepared:
    """Load the base and tokenise for it; what was tokenised before is read from `cache`."""
    recipe = recipes.find(model.recipe)
    base = pretrained.load(
        model, training.max_length, lambda: tokens.read(dataset.split("train")).texts, kind=recipe.BASE
    )

    def subject(path: Path) -> Subject:
        found = tokens.tokenise(
            path, recipe, dataset.labels, tokenizer=base.tokenizer, max_length=training.max_length, cache=cache
        )
        return Subject(found, np.arange(len(found)), base.pad_id)

    return Prepared(base, subject(dataset.split("train")), subject(dataset.split("validation")))


def _key(dataset: DatasetRef, model: ModelParams, training: TrainingParams, base: pretrained.Base) -> str:
    """Names all that a training hangs on, so that no other one takes up its checkpoints."""
    hangs_on = {
        "data": dataset.digest,
        "base": base.ref.model_dump(),
        "model": model.model_dump(),
        "training": training.model_dump(exclude={"checkpoints", "seeds"}),
        "code": digests.of_code("recipes", "training"),
    }
    return digests.of_value(hangs_on)[:20]
