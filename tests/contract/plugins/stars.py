"""A third kind of problem, as its author would write it: how many stars a text gives, as a number."""

from collections.abc import Mapping, Sequence
from typing import Any

from daybreak.errors import DataError
from daybreak.recipes.base import Batch, Direction, Example, Port, Rows, Signature
from daybreak.records import ModelRef

METRICS: Mapping[str, Direction] = {"absolute_error": "min"}
BASE = "encoder"


def examples(rows: Rows, labels: Sequence[str], tokenizer: Any, max_length: int) -> list[Example]:
    """Token ids, and the number of stars; DataError for a label that is no number."""
    if wrong := [label for label in rows.labels if not label.isdecimal()]:
        raise DataError(f"label {wrong[0]!r}", "a number of stars", "Prepare the data again")
    ids = [tokenizer(text).input_ids[:max_length] for text in rows.texts]
    return [Example(each, [int(label)]) for each, label in zip(ids, rows.labels, strict=True)]


def build(base: Any, labels: Sequence[str], dropout: float) -> Any:
    """An encoder with one number above it."""
    from daybreak.recipes.encoders.pooling import MeanPooled

    return MeanPooled(base, 1, dropout)


def answer(network: Any, batch: Batch) -> Any:
    """Stars [rows, 1]."""
    return network(batch.input_ids, batch.attention_mask)


def loss(answers: Any, targets: Any, label_smoothing: float = 0.0, class_weights: Any = None) -> Any:
    """Sum of squared errors; smoothing and class weights mean nothing here."""
    return (answers[:, 0].float() - targets[:, 0]).square().sum()


def weight(targets: Any, class_weights: Any = None) -> float:
    """Number of rows."""
    return float(len(targets))


def observe(answers: Any, targets: Any) -> Any:
    """Answer and target side by side."""
    import torch

    return torch.cat([answers.float(), targets.float()], dim=1).cpu().numpy()


def metrics(observed: Any, labels: Sequence[str]) -> dict[str, float]:
    """Mean absolute error in stars."""
    return {"absolute_error": float(abs(observed[:, 0] - observed[:, 1]).mean())}


def signature(labels: Sequence[str]) -> Signature:
    """Ids and mask → stars."""
    ports = tuple(Port(name=name, dtype="int64", shape=("batch", "length")) for name in ("input_ids", "attention_mask"))
    return Signature(inputs=ports, outputs=(Port(name="stars", dtype="float32", shape=("batch", 1)),))


def load_model(ref: ModelRef) -> Any:
    """As the other recipes over an encoder."""
    from daybreak.recipes.encoders import folder

    return folder.load(ref, build)
