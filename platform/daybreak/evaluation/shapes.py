"""Batches of every shape that serving may meet, made of real tokens, and a mask with padding in it."""

from collections.abc import Iterator, Sequence

import numpy as np

from daybreak.inference import Batch, Predictor

BATCHES = (1, 2, 7, 32)
LENGTHS = (1, 8, 127)
LONGEST = 512
TOKENS = 16_384
"""A batch of more is left out: it says nothing that a smaller one does not, and takes long."""


def batches(predictor: Predictor, texts: Sequence[str]) -> Iterator[Batch]:
    """One batch for each size and length, rows full but for every second one, whose last third is padding.

    The rows are real texts, one after another, cut where a row is full: every sign that a shape could spoil is there.
    """
    stream = np.array([token for one in predictor.tokenizer.encode_batch(list(texts)) for token in one.ids])
    for length in sorted({min(length, predictor.max_length) for length in (*LENGTHS, LONGEST)}):
        for size in BATCHES:
            if size * length <= TOKENS:
                yield _batch(stream, size, length, predictor.pad_id)


def _batch(stream: "np.typing.NDArray[np.int64]", size: int, length: int, pad_id: int) -> Batch:
    input_ids = np.resize(stream, (size, length)).astype(np.int64)
    attention_mask = np.ones_like(input_ids)
    padding = length // 3
    if padding:
        input_ids[1::2, -padding:], attention_mask[1::2, -padding:] = pad_id, 0
    return Batch(list(range(size)), input_ids, attention_mask)
