"""Which rows are learned together, and in which order: batches of like length, the same for the same seed and epoch."""

import numpy as np
import torch
from numpy.typing import NDArray

from daybreak.recipes.base import IGNORED, Batch
from daybreak.training.feeding.tokens import Tokens

GROUPED_BATCHES = 50
"""Rows are sorted by length within this many batches: padding falls to a few per cent, chance stays."""


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


def by_length(lengths: NDArray[np.int64], batch_size: int, most_tokens: int = 0) -> list[NDArray[np.int64]]:
    """Batches for reading only: all positions, shortest rows first; fewer of long ones, where `most_tokens` bounds."""
    ordered = np.argsort(lengths, kind="stable")
    found, start = [], 0
    while start < len(ordered):
        here = ordered[start : start + batch_size]
        padded = lengths[here] * np.arange(1, len(here) + 1)
        size = max(1, int((padded <= most_tokens).sum())) if most_tokens else batch_size
        found.append(here[:size])
        start += size
    return found


def assemble(tokens: Tokens, rows: NDArray[np.int64], pad_id: int) -> Batch:
    """The rows as padded tensors."""
    ids, mask = _padded(tokens.ids, tokens.offsets, rows, pad_id)
    targets, _ = _padded(tokens.targets, tokens.target_offsets, rows, IGNORED)
    attention = torch.from_numpy(mask.astype(np.int64))
    return Batch(torch.from_numpy(ids), attention, torch.from_numpy(targets), int(mask.sum()))


def _padded(
    flat: NDArray[np.int32], offsets: NDArray[np.int64], rows: NDArray[np.int64], filler: int
) -> tuple[NDArray[np.int64], NDArray[np.bool_]]:
    """Rows of a ragged array side by side, int64 [rows, longest], and where they are real."""
    starts, ends = offsets[rows], offsets[rows + 1]
    lengths = ends - starts
    real = np.arange(max(1, int(lengths.max()))) < lengths[:, None]
    padded = np.full(real.shape, filler, dtype=np.int64)
    padded[real] = np.concatenate([flat[start:end] for start, end in zip(starts, ends, strict=True)])
    return padded, real
