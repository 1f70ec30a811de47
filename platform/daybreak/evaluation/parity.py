"""Whether the exported artifacts answer as the torch model did, on the same rows in the same batches."""

from pathlib import Path
from typing import Any

import numpy as np
import torch

from daybreak import recipes
from daybreak.errors import ModelError
from daybreak.evaluation import shapes
from daybreak.evaluation.subject import BATCH_SIZE, THREADS, Subject
from daybreak.inference import Batch, Predictor

ROWS = 2000
"""Of the test split, the first; bounds on a flip rate below 1 % need about this many."""

ALONE = 200
"""Rows that are also run one by one: INT8 scales are per batch, so company can change an answer."""


def measure(subject: Subject, folder: Path) -> dict[str, Any]:
    """The shipped artifact and its twin against torch; flipped rows with both margins, the surest first.

    `shapes` has the largest logit difference from torch, and the labels changed, of each artifact for every shape of
    batch that may be met.
    """
    texts = subject.texts[:ROWS]
    network = _network(subject)
    expected = _torch_answers(subject, network, texts)
    predictors: dict[str, Predictor] = {subject.artifact.kind: subject.predictor}
    if subject.twin:
        predictors[subject.twin.kind] = Predictor.of(subject.twin, threads=THREADS)
    answers = {kind: predictor.predict(texts, BATCH_SIZE).logits for kind, predictor in predictors.items()}
    names = subject.predictor.labels
    right = np.array([names.index(label) for label in subject.test["label"].astype(str)[: len(texts)]])
    return {
        "rows": len(texts),
        "shipped": subject.artifact.kind,
        "torch_accuracy": float((expected.argmax(1) == right).mean()),
        **{kind: _compare(found, expected, right) for kind, found in answers.items()},
        "alone": _alone(subject.predictor, texts[:ALONE]),
        "shapes": _shapes(network, predictors, texts),
        "flipped": _flipped(subject, answers[subject.artifact.kind], expected),
    }


def headlines(result: dict[str, Any]) -> dict[str, float]:
    shipped = result[result["shipped"]]
    return {"flip_rate": shipped["flip_rate"], "max_logit_difference": shipped["max_logit_difference"]}


def torch_logits(network: torch.nn.Module, batch: Batch) -> "np.typing.NDArray[np.float32]":
    """The torch model's logits, float32 [batch, labels], on a batch of the predictor's."""
    with torch.inference_mode():
        logits = network(torch.from_numpy(batch.input_ids), torch.from_numpy(batch.attention_mask))
    return np.asarray(logits.float().numpy(), dtype=np.float32)


def _network(subject: Subject) -> torch.nn.Module:
    if subject.model is None:
        raise ModelError("no torch model to compare with", "the model the artifact was exported from", "Train again")
    return recipes.find(subject.model.recipe).load_model(subject.model)


def _shapes(network: torch.nn.Module, predictors: dict[str, Predictor], texts: list[str]) -> list[dict[str, Any]]:
    """Of each shape its rows, and by artifact the largest difference of a logit from torch, and labels changed."""
    found: dict[tuple[int, int], dict[str, Any]] = {}
    for batch in shapes.batches(next(iter(predictors.values())), texts):
        size, length = batch.input_ids.shape
        told = found.setdefault((size, length), {"batch": size, "length": length, "rows": 0, "flips": {}})
        told["rows"] += size
        expected = torch_logits(network, batch)
        for kind, predictor in predictors.items():
            given = predictor.logits(batch)
            told[kind] = float(np.maximum(told.get(kind, 0.0), np.abs(given - expected).max()))
            flips = int((given.argmax(1) != expected.argmax(1)).sum())
            told["flips"][kind] = told["flips"].get(kind, 0) + flips
    return list(found.values())


def _torch_answers(subject: Subject, network: torch.nn.Module, texts: list[str]) -> "np.typing.NDArray[np.float32]":
    logits = np.zeros((len(texts), len(subject.predictor.labels)), dtype=np.float32)
    for batch in subject.predictor.batches(texts, BATCH_SIZE):
        logits[batch.rows] = torch_logits(network, batch)
    return logits


def _compare(found: Any, expected: Any, right: Any) -> dict[str, Any]:
    flips = int((found.argmax(1) != expected.argmax(1)).sum())
    accuracy = float((found.argmax(1) == right).mean())
    return {
        "flips": flips,
        "flip_rate": flips / len(right),
        "max_logit_difference": float(np.abs(found - expected).max()),
        "mean_logit_difference": float(np.abs(found - expected).mean()),
        "accuracy": accuracy,
        "accuracy_difference": accuracy - float((expected.argmax(1) == right).mean()),
    }


def _alone(predictor: Predictor, texts: list[str]) -> dict[str, Any]:
    together, alone = predictor.predict(texts, BATCH_SIZE), predictor.predict(texts, 1)
    return {
        "rows": len(texts),
        "flips": sum(a != b for a, b in zip(together.labels, alone.labels, strict=True)),
        "max_logit_difference": float(np.abs(together.logits - alone.logits).max()),
    }


def _flipped(subject: Subject, found: Any, expected: Any) -> list[dict[str, Any]]:
    names = subject.predictor.labels
    flipped = [
        {
            "id": str(subject.test["id"].iloc[row]),
            "text": subject.texts[row],
            "label": str(subject.test["label"].iloc[row]),
            "torch": names[int(expected[row].argmax())],
            "torch_margin": _margin(expected[row]),
            "artifact": names[int(found[row].argmax())],
            "artifact_margin": _margin(found[row]),
        }
        for row in np.flatnonzero(found.argmax(1) != expected.argmax(1))
    ]
    return sorted(flipped, key=lambda row: -float(row["torch_margin"]))


def _margin(logits: Any) -> float:
    """Distance between the two largest logits: how sure an answer was."""
    second, first = np.sort(logits)[-2:]
    return float(first - second)
