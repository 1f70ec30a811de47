"""Batches of every shape that serving may meet, made of real tokens, and a mask with padding in it."""

from collections.abc import Iterator, Sequence
from math import ceil

import numpy as np

from daybreak.inference import Batch, Predictor

BATCHES = (1, 2, 7, 32)
LENGTHS = (1, 8, 127)
LONGEST = 512
TOKENS = 16_384
"""A batch of more is left out: it says nothing that a smaller one does not, and takes long."""

ROWS, MOST, REPEATED = 32, 8, 8_192
"""A shape has as many batches as give it so many rows, but no more than so many batches or, after the first, tokens."""


def batches(predictor: Predictor, texts: Sequence[str]) -> Iterator[Batch]:
    """Batches of each size and length, rows full but for every second one, whose last third is padding.

    The rows are real texts, one after another, cut where a row is full: every sign that a shape could spoil is there,
    and no two rows are the same before the texts come to their end.
    """
    stream = np.array([token for one in predictor.tokenizer.encode_batch(list(texts)) for token in one.ids])
    place = 0
    for length in sorted({min(length, predictor.max_length) for length in (*LENGTHS, LONGEST)}):
        for size in (size for size in BATCHES if size * length <= TOKENS):
            for _ in range(max(1, min(ceil(ROWS / size), MOST, REPEATED // (size * length)))):
                yield _batch(np.take(stream, range(place, place + size * length), mode="wrap"), size, predictor.pad_id)
                place += size * length


def _batch(tokens: "np.typing.NDArray[np.int64]", size: int, pad_id: int) -> Batch:
    input_ids = tokens.reshape(size, -1).astype(np.int64)
    length = input_ids.shape[1]
    attention_mask = np.ones_like(input_ids)
    padding = length // 3
    if padding:
        input_ids[1::2, -padding:], attention_mask[1::2, -padding:] = pad_id, 0
    return Batch(list(range(size)), input_ids, attention_mask)
