"""Batches of every shape that a writing model may meet, of real tokens, with padding on the left."""

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import torch

if TYPE_CHECKING:
    from daybreak.inference.generator import Generator, Padded

BATCHES = (1, 2, 7, 32)
LENGTHS = (1, 8, 127)
LONGEST = 512
TOKENS = 4096
"""A batch of more is left out: each token answers with the whole vocabulary."""


def batches(generator: "Generator", stream: Sequence[int]) -> Iterator["Padded"]:
    """One batch for each size and length; of every second row the first third is padding."""
    for length in sorted({min(length, generator.max_length) for length in (*LENGTHS, LONGEST)}):
        for size in BATCHES:
            if size * length <= TOKENS:
                full = np.resize(np.array(stream, dtype=np.int64), (size, length)).tolist()
                yield generator.pad([row[length // 3 :] if place % 2 else row for place, row in enumerate(full)])


def differences(network: Any, generators: "dict[str, Generator]", stream: Sequence[int]) -> list[dict[str, Any]]:
    """The largest difference from torch of each artifact, by shape; padding itself answers nothing."""
    found = []
    for batch in batches(next(iter(generators.values())), stream):
        expected, real = torch_logits(network, batch), batch.attention_mask == 1
        gaps = {kind: float(np.abs(each.logits(batch) - expected)[real].max()) for kind, each in generators.items()}
        found.append({"batch": batch.input_ids.shape[0], "length": batch.input_ids.shape[1], **gaps})
    return found


def torch_logits(network: torch.nn.Module, batch: "Padded") -> "np.typing.NDArray[np.float32]":
    """The torch model's logits, float32 [batch, length, vocabulary], under the same padding, masked its own way."""
    with torch.inference_mode():
        found = network(
            input_ids=torch.from_numpy(batch.input_ids),
            attention_mask=torch.from_numpy(batch.attention_mask),
            position_ids=torch.from_numpy(batch.position_ids),
            use_cache=False,
        )
    return np.asarray(found.logits.float().numpy(), dtype=np.float32)
