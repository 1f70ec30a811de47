"""A trained language model beside its untuned base: how well each expects held-out rows, and what each says to them."""

import json
from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
from torch import nn

from daybreak import digests, recipes
from daybreak.recipes.base import Rows
from daybreak.recipes.decoders import answering
from daybreak.recipes.params import ModelParams
from daybreak.records import DatasetRef, Measurements, ModelRef
from daybreak.training import devices, expecting, fitting, planting, seed
from daybreak.training.bases import pretrained
from daybreak.training.feeding import tokens
from daybreak.training.fitting import Subject
from daybreak.training.params import TrainingParams
from daybreak.training.watching.history import Report

FILE = "generation.json"
EXAMPLES = 5
ANSWER_TOKENS = 48


def compare(
    made: ModelRef,
    dataset: DatasetRef,
    model: ModelParams,
    training: TrainingParams,
    folder: Path,
    *,
    cache: Path,
    report: Report | None = None,
    canaries: int = 0,
) -> Measurements:
    """Measure model and base on the test split, and let both go on with a few rows of it, into `folder/measurements`.

    generation.json holds `rows`, `base` and `tuned` (loss, and what the recipe measures), and `examples` (`id, asked,
    reference, before, after`); canaries.json how so many rank that a further training, kept by nobody, was taught;
    base.parquet what the base of a model that writes expects, row by row. ModelError for a model that is not intact;
    DataError for rows nobody can learn from.
    """
    recipe, device, say = recipes.find(made.recipe), devices.choose(training), report or _silent
    texts = partial(_texts, dataset)
    base = pretrained.load(model, training.max_length, texts, kind=recipe.BASE, cache=cache)
    rows = tokens.read(dataset.split("test"))
    found = tokens.tokenise(
        dataset.split("test"),
        recipe,
        dataset.labels,
        tokenizer=base.tokenizer,
        max_length=training.max_length,
        cache=cache,
    )
    subject = Subject(found, np.arange(len(found)), base.pad_id)
    questions = _questions(base.tokenizer, rows) if recipe.BASE == "decoder" else []
    told: dict[str, Any] = {"rows": len(found), "remarks": found.remarks()}
    said: dict[str, list[str]] = {}
    place = folder / "measurements"
    place.mkdir(parents=True)
    with seed.fixed(training.seed, training.threads):
        for turn, name in enumerate(("base", "tuned")):
            say(turn / 2, f"measuring the {name} model on {len(found)} test rows")
            untuned = name == "base"
            network = recipe.build(base.network(0.0), dataset.labels, 0.0) if untuned else recipe.load_model(made)
            network = network.to(device.torch_device)
            told[name] = fitting.measure(network, recipe, subject, dataset.labels, device)
            if untuned and recipe.BASE == "decoder":
                row_by_row = expecting.rows(network, recipe, subject, device)
                expecting.write(row_by_row, found, base.tokenizer, place / expecting.FILE)
            say(turn / 2 + 0.3, f"the {name} model goes on with {len(questions)} rows")
            said[name] = [_go_on(network, base.tokenizer, each, rows) for each in questions]
    told["examples"] = [
        {"id": each.row, "asked": each.asked, "reference": each.reference, "before": before, "after": after}
        for each, before, after in zip(questions, said["base"], said["tuned"], strict=True)
    ]
    if canaries and recipe.BASE == "decoder":
        planting.measure(dataset, model, training, place, canaries=canaries, report=report)
    return _seal(told, recipe.METRICS, made, dataset, place)


def _texts(dataset: DatasetRef) -> Sequence[str]:
    return tokens.read(dataset.split("train")).texts


def _questions(tokenizer: Any, rows: Rows) -> list[answering.Question]:
    """The first rows: a split is in the order of ids, which are digests, so they are a draw."""
    first = list(zip(rows.ids, rows.texts, rows.messages, strict=True))[:EXAMPLES]
    return [answering.question(tokenizer, name, text, messages) for name, text, messages in first]


def _go_on(network: nn.Module, tokenizer: Any, asked: answering.Question, rows: Rows) -> str:
    is_dialogue = bool(rows.messages[list(rows.ids).index(asked.row)])
    return answering.go_on(network, tokenizer, asked.prompt, is_dialogue=is_dialogue, most_tokens=ANSWER_TOKENS)


def _seal(told: dict[str, Any], names: Any, made: ModelRef, dataset: DatasetRef, place: Path) -> Measurements:
    (place / FILE).write_text(json.dumps(told, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    metrics = {name: told["tuned"][name] for name in names}
    return Measurements(
        path=place,
        digest=digests.of_files(place.iterdir(), below=place),
        artifact_sha256=made.sha256,
        dataset_digest=dataset.digest,
        metrics={**metrics, **{f"base_{name}": told["base"][name] for name in names}},
    )


def _silent(share: float, note: str) -> None:
    """Nobody watches."""
