"""Text to its label, or labels, out of several: an encoder, the mean of its states, a linear head.

One label a row is learned by cross entropy over all labels; several (a JSON list) by a yes or no for each label.
"""

import json
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from daybreak.errors import DataError
from daybreak.recipes.base import Batch, Direction, Example, Port, Rows, Signature
from daybreak.records import ModelRef

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray
    from torch import Tensor, nn

METRICS: Mapping[str, Direction] = {"accuracy": "max", "macro_f1": "max"}
BASE = "encoder"
SETTINGS: Mapping[str, Any] = {"training.seeds": 3}
"""What a new project of this kind begins with, where that differs from the sample's params.yaml."""
THRESHOLD = 0.0
"""Logit from which on a label counts as given, where a row may have several: a probability of one half."""


def examples(rows: Rows, labels: Sequence[str], tokenizer: Any, max_length: int) -> list[Example]:
    """Token ids cut to `max_length`, and the index of the label; with several, a 0 or 1 for each label."""
    from tokenizers import Tokenizer

    backend = Tokenizer.from_str(tokenizer.backend_tokenizer.to_str())
    backend.no_padding()
    backend.enable_truncation(max_length)
    encoded = backend.encode_batch(list(rows.texts))
    wanted = targets(rows.labels, labels)
    return [Example(one.ids, target, _left_out(one)) for one, target in zip(encoded, wanted, strict=True)]


def _left_out(encoded: Any) -> int:
    """Tokens behind the cut; each piece of what is left over has its special tokens again."""
    return sum(len(rest.ids) - sum(rest.special_tokens_mask) for rest in encoded.overflowing)


def targets(values: Sequence[str], labels: Sequence[str]) -> list[list[int]]:
    """Targets of each row; DataError for a value that is none of the labels.

    Where any row has a list, every row is learned as one: the data room writes a single label without brackets.
    """
    index = {label: place for place, label in enumerate(labels)}
    several = [value.startswith("[") and value not in index for value in values]
    named = [_names(value) if many else [value] for value, many in zip(values, several, strict=True)]
    unknown = sorted({name for names in named for name in names if name not in index})
    if unknown:
        raise DataError(f"label {unknown[0]!r}", f"one of {', '.join(labels)}", "Prepare the data again")
    if any(several):
        return [[int(label in names) for label in labels] for names in named]
    return [[index[name] for name in names] for names in named]


def _names(value: str) -> list[str]:
    try:
        return [str(name) for name in json.loads(value)]
    except ValueError:
        return [value]


def build(base: "nn.Module", labels: Sequence[str], dropout: float) -> "nn.Module":
    """Encoder → mean over real tokens → dropout → linear: `(input_ids, attention_mask) -> logits` [batch, labels]."""
    from daybreak.recipes.encoders.pooling import MeanPooled

    return MeanPooled(base, len(labels), dropout)


def answer(network: "nn.Module", batch: Batch) -> "Tensor":
    """Logits [rows, labels]."""
    logits: Tensor = network(batch.input_ids, batch.attention_mask)
    return logits


def loss(
    answers: "Tensor", targets: "Tensor", label_smoothing: float = 0.0, class_weights: "Tensor | None" = None
) -> "Tensor":
    """Cross entropy with label smoothing (Szegedy et al., 2016); of several labels, binary cross entropy each."""
    from torch.nn.functional import binary_cross_entropy_with_logits, cross_entropy

    logits = answers.float()
    if targets.shape[1] == 1:
        return cross_entropy(
            logits, targets[:, 0], weight=class_weights, label_smoothing=label_smoothing, reduction="sum"
        )
    smooth = targets.to(logits.dtype) * (1 - label_smoothing) + label_smoothing / 2
    return binary_cross_entropy_with_logits(logits, smooth, weight=class_weights, reduction="sum") / targets.shape[1]


def weight(targets: "Tensor", class_weights: "Tensor | None" = None) -> float:
    """Number of rows; with class weights, their sum over the rows' labels."""
    if class_weights is None or targets.shape[1] > 1:
        return float(len(targets))
    return float(class_weights.cpu()[targets[:, 0].cpu()].sum())


def observe(answers: "Tensor", targets: "Tensor") -> "NDArray[np.float32]":
    """Logits, and beside them the targets."""
    import torch

    beside: NDArray[np.float32] = torch.cat([answers.float(), targets.float()], dim=1).cpu().numpy()
    return beside


def metrics(observed: "NDArray[np.float32]", labels: Sequence[str]) -> dict[str, float]:
    """Accuracy, and F1 averaged over the labels that occur among targets or answers; shares in 0..1.

    Of rows with several labels, accuracy is the share whose labels are all right (exact match).
    """
    import numpy as np

    logits, wanted = observed[:, : len(labels)], observed[:, len(labels) :].astype(np.int64)
    if wanted.shape[1] == 1:
        places = np.arange(len(labels))
        truth, given = wanted == places, logits.argmax(axis=1)[:, None] == places
    else:
        truth, given = wanted == 1, logits > THRESHOLD
    either = truth.sum(0) + given.sum(0)
    f1 = 2 * (truth & given).sum(0)[either > 0] / either[either > 0]
    return {"accuracy": float((truth == given).all(axis=1).mean()), "macro_f1": float(f1.mean())}


def signature(labels: Sequence[str]) -> Signature:
    """Token ids and their mask, [batch, length] → logits, [batch, labels]."""
    inputs = tuple(
        Port(name=name, dtype="int64", shape=("batch", "length")) for name in ("input_ids", "attention_mask")
    )
    return Signature(inputs=inputs, outputs=(Port(name="logits", dtype="float32", shape=("batch", len(labels))),))


def load_model(ref: ModelRef) -> "nn.Module":
    """The trained network in evaluation mode, in fp32, with the plain attention that exporters trace exactly."""
    from daybreak.recipes.encoders import folder

    return folder.load(ref, build)
