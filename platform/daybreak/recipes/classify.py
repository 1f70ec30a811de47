"""Text to one label out of several: an encoder, the mean of its states, a linear head, cross entropy."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from daybreak.errors import DataError
from daybreak.recipes.base import Port, Signature
from daybreak.records import ModelRef

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray
    from tokenizers import Tokenizer
    from torch import Tensor, nn

METRICS = ("accuracy", "macro_f1")


def features(texts: Sequence[str], tokenizer: "Tokenizer", max_length: int) -> list[list[int]]:
    """Token ids of each text, special tokens included, cut to `max_length`, not padded."""
    tokenizer.no_padding()
    tokenizer.enable_truncation(max_length)
    return [encoding.ids for encoding in tokenizer.encode_batch(list(texts))]


def targets(values: Sequence[str], labels: Sequence[str]) -> "NDArray[np.int64]":
    """Index of each value in `labels`, int64 [rows]; DataError for a value that is none of them."""
    import numpy as np

    index = {label: place for place, label in enumerate(labels)}
    unknown = sorted({value for value in values if value not in index})
    if unknown:
        raise DataError(f"label {unknown[0]!r}", f"one of {', '.join(labels)}", "Prepare the data again")
    return np.array([index[value] for value in values], dtype=np.int64)


def build(encoder: "nn.Module", labels: Sequence[str], dropout: float) -> "nn.Module":
    """Encoder → mean over real tokens → dropout → linear: `(input_ids, attention_mask) -> logits` [batch, labels]."""
    from daybreak.recipes.encoders.pooling import MeanPooled

    return MeanPooled(encoder, len(labels), dropout)


def loss(logits: "Tensor", targets: "Tensor", label_smoothing: float) -> "Tensor":
    """Cross entropy, in nats, with label smoothing (Szegedy et al., 2016)."""
    from torch.nn.functional import cross_entropy

    return cross_entropy(logits, targets, label_smoothing=label_smoothing)


def metrics(logits: "NDArray[np.float32]", targets: "NDArray[np.int64]") -> dict[str, float]:
    """Accuracy, and F1 averaged over the labels that occur in `targets` or among the answers; shares in 0..1."""
    import numpy as np

    answers, size = logits.argmax(axis=1), logits.shape[1]
    right = np.bincount(targets[answers == targets], minlength=size)
    either = np.bincount(targets, minlength=size) + np.bincount(answers, minlength=size)
    f1 = 2 * right[either > 0] / either[either > 0]
    return {"accuracy": float(right.sum() / len(targets)), "macro_f1": float(f1.mean())}


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
