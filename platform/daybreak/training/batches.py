"""Which rows are learned together, and in which order: batches of like length, the same for the same seed and epoch."""

from typing import NamedTuple

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from daybreak.training.tokens import Tokens

GROUPED_BATCHES = 50
"""Rows are sorted by length within this many batches: padding falls to a few per cent, chance stays."""


class Batch(NamedTuple):
    """Ids and mask int64 [rows, length], padded on the right; targets int64 [rows]; `tokens` counts the real ones."""

    input_ids: Tensor
    attention_mask: Tensor
    targets: Tensor
    tokens: int


def order(lengths: NDArray[np.int64], batch_size: int, seed: int, epoch: int) -> list[NDArray[np.int64]]:
    """Every position 0..rows-1 once, in batches; all are full but one, which may stand anywhere."""
    chance = np.random.default_rng([seed, epoch])
    shuffled = chance.permutation(len(lengths))
    span = GROUPED_BATCHES * batch_size
    groups = [shuffled[start : start + span] for start in range(0, len(shuffled), span)]
    sorted_groups = [group[np.argsort(lengths[group], kind="stable")] for group in groups]
    flat = np.concatenate(sorted_groups)
    batches = [flat[start : start + batch_size] for start in range(0, len(flat), batch_size)]
    return [batches[place] for place in chance.permutation(len(batches))]


def by_length(lengths: NDArray[np.int64], batch_size: int) -> list[NDArray[np.int64]]:
    """Batches for reading only: all positions, shortest rows first."""
    ordered = np.argsort(lengths, kind="stable")
    return [ordered[start : start + batch_size] for start in range(0, len(ordered), batch_size)]


def assemble(tokens: Tokens, rows: NDArray[np.int64], pad_id: int) -> Batch:
    """The rows as padded tensors."""
    starts, ends = tokens.offsets[rows], tokens.offsets[rows + 1]
    lengths = ends - starts
    mask = np.arange(max(1, int(lengths.max()))) < lengths[:, None]
    ids = np.full(mask.shape, pad_id, dtype=np.int64)
    ids[mask] = np.concatenate([tokens.ids[start:end] for start, end in zip(starts, ends, strict=True)])
    return Batch(
        torch.from_numpy(ids),
        torch.from_numpy(mask.astype(np.int64)),
        torch.from_numpy(tokens.targets[rows]),
        int(lengths.sum()),
    )
