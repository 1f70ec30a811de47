"""Text alone: an encoder learns to guess tokens that are hidden from it (Devlin et al., 2019)."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from daybreak.errors import DataError
from daybreak.recipes.base import IGNORED, Batch, Direction, Example, Port, Rows, Signature
from daybreak.records import ModelRef

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray
    from torch import Tensor, nn

METRICS: Mapping[str, Direction] = {"perplexity": "min", "masked_accuracy": "max"}
BASE = "encoder"
RELEASABLE = False
"""What it yields is a base for others."""
SETTINGS: Mapping[str, Any] = {
    "ingest.label_column": None,
    "model.base": "scratch",
    "training.learning_rate": 1.5e-3,
    "training.schedule": "cosine",
    "training.epochs": 8,
    "training.batch_size": 42,
    "training.max_length": 192,
    "training.dropout": 0.0,
    "training.label_smoothing": 0.0,
    "training.warmup": 0.04,
    "training.seeds": 1,
    "tuning.trials": 0,
}
"""What a new project of this kind begins with, where that differs from the sample's params.yaml."""


def examples(rows: Rows, labels: Sequence[str], tokenizer: Any, max_length: int) -> list[Example]:
    """Token ids cut to `max_length`; targets are the id that hides a token, then each token's own id.

    Tokens that the tokenizer adds are never hidden. DataError for a tokenizer that cannot hide one.
    """
    if tokenizer.mask_token_id is None:
        raise DataError("the tokenizer of model.base has no token that hides others", "a mask token", "Choose another")
    from tokenizers import Tokenizer

    backend = Tokenizer.from_str(tokenizer.backend_tokenizer.to_str())
    backend.no_padding()
    backend.enable_truncation(max_length)
    return [_example(one, tokenizer.mask_token_id) for one in backend.encode_batch(list(rows.texts))]


def _example(encoded: Any, mask: int) -> Example:
    own = [IGNORED if added else token for token, added in zip(encoded.ids, encoded.special_tokens_mask, strict=True)]
    return Example(encoded.ids, [mask, *own])


def build(base: "nn.Module", labels: Sequence[str], dropout: float) -> "nn.Module":
    """Encoder → dense, GELU, norm → the word embeddings again: sums and counts of guesses, float32 [batch, 3]."""
    from daybreak.recipes.encoders.masked import Guessing

    return Guessing(base)


def answer(network: "nn.Module", batch: Batch) -> "Tensor":
    """Of each row's hidden tokens: sum of -log p of the right one, mean over all tokens of -log p, how many right."""
    answers: Tensor = network(batch.input_ids, batch.attention_mask, batch.targets)
    return answers


def loss(
    answers: "Tensor", targets: "Tensor", label_smoothing: float = 0.0, class_weights: "Tensor | None" = None
) -> "Tensor":
    """Cross entropy over hidden tokens with label smoothing; tokens have no class weights."""
    return ((1 - label_smoothing) * answers[:, 0] + label_smoothing * answers[:, 1]).sum()


def weight(targets: "Tensor", class_weights: "Tensor | None" = None) -> float:
    """How many tokens are hidden."""
    from daybreak.recipes.encoders import masked

    return float(masked.hidden_counts(targets).sum())


def observe(answers: "Tensor", targets: "Tensor") -> "NDArray[np.float32]":
    """The answers, and how many tokens were hidden in each row."""
    import torch

    from daybreak.recipes.encoders import masked

    counts = masked.hidden_counts(targets).unsqueeze(1).to(answers)
    beside: NDArray[np.float32] = torch.cat([answers, counts], dim=1).float().cpu().numpy()
    return beside


def metrics(observed: "NDArray[np.float32]", labels: Sequence[str]) -> dict[str, float]:
    """Perplexity of the hidden tokens, and the share of them that is guessed right."""
    import numpy as np

    nats, _, right, hidden = observed.astype(np.float64).sum(axis=0)
    hidden = max(hidden, 1.0)
    return {"perplexity": float(np.exp(min(nats / hidden, 80.0))), "masked_accuracy": float(right / hidden)}


def signature(labels: Sequence[str]) -> Signature:
    """Token ids, their mask and their targets → sums and counts of guesses; no one exports this."""
    inputs = tuple(
        Port(name=name, dtype="int64", shape=("batch", "length")) for name in ("input_ids", "attention_mask")
    )
    return Signature(inputs=inputs, outputs=(Port(name="guesses", dtype="float32", shape=("batch", 3)),))


def load_model(ref: ModelRef) -> "nn.Module":
    """The trained network in evaluation mode, in fp32."""
    from daybreak.recipes.encoders import folder

    return folder.load(ref, build)
