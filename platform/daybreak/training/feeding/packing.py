"""Texts that share a row of a batch: less padding, the same learning, since none of them reads another."""

from bisect import bisect_left, insort
from itertools import islice

import numpy as np
import torch
from numpy.typing import NDArray
from torch import nn

from daybreak.errors import ModelError
from daybreak.recipes.base import IGNORED, Batch, Recipe
from daybreak.training.devices import Device
from daybreak.training.feeding.tokens import Tokens

TOLERANCE = 0.02
"""Logits of a text beside another may differ from those alone by so much of the largest; bf16 has two digits."""


def bins(lengths: NDArray[np.int64], capacity: int, seed: int) -> list[NDArray[np.int64]]:
    """Positions 0..texts-1 in rows of at most `capacity` tokens: best fit, in an order drawn from the seed."""
    order = np.random.default_rng([seed, capacity]).permutation(len(lengths))
    filled: list[list[int]] = []
    room: list[tuple[int, int]] = []  # (tokens left, number of the row), sorted
    for position in order.tolist():
        length = int(lengths[position])
        place = bisect_left(room, (length, -1))
        left, row = room.pop(place) if place < len(room) else (capacity, len(filled))
        if row == len(filled):
            filled.append([])
        filled[row].append(position)
        insort(room, (left - length, row))
    return [np.array(row, dtype=np.int64) for row in filled]


def order(filled: list[NDArray[np.int64]], batch_size: int, seed: int, epoch: int) -> list[NDArray[np.int64]]:
    """Batches of so many rows each, as the positions of their texts one row after another; rows change company."""
    shuffled = iter(np.random.default_rng([seed, epoch, 1]).permutation(len(filled)).tolist())
    found = []
    while chosen := list(islice(shuffled, batch_size)):
        found.append(np.concatenate([filled[row] for row in chosen]))
    return found


def assemble(tokens: Tokens, rows: NDArray[np.int64], pad_id: int, capacity: int) -> Batch:
    """The texts in the order given, each in the row of the one before it as long as that has room."""
    shared = _rows(np.diff(tokens.offsets)[rows], capacity)
    widest = max(sum(length for _, length in row) for row in shared)
    ids = np.full((len(shared), widest), pad_id, dtype=np.int64)
    texts = np.zeros_like(ids)
    targets = np.full_like(ids, IGNORED)
    for row, members in enumerate(shared):
        start = 0
        for number, (place, length) in enumerate(members, start=1):
            here, text = slice(start, start + length), rows[place]
            ids[row, here] = tokens.ids[tokens.offsets[text] :][:length]
            targets[row, here] = tokens.targets[tokens.target_offsets[text] :][:length]
            texts[row, here] = number
            start += length
    return Batch(torch.from_numpy(ids), torch.from_numpy(texts), torch.from_numpy(targets), int((texts > 0).sum()))


def _rows(lengths: NDArray[np.int64], capacity: int) -> list[list[tuple[int, int]]]:
    """(place, length) of the texts of each row."""
    found: list[list[tuple[int, int]]] = []
    left = 0
    for place, length in enumerate(lengths.tolist()):
        if length > left or not found:
            found.append([])
            left = capacity
        found[-1].append((place, length))
        left -= length
    return found


def check(network: nn.Module, recipe: Recipe, vocabulary: int, device: Device) -> None:
    """ModelError unless a text beside another is answered as it is alone; a network may leave positions unread."""
    chance = np.random.default_rng(17)
    ids = torch.from_numpy(chance.integers(0, vocabulary, (1, 12)))
    whole = device.place(Batch(ids, torch.tensor([[1] * 5 + [2] * 7]), ids, 12))
    alone = device.place(Batch(ids[:, 5:], torch.ones((1, 7), dtype=torch.int64), ids[:, 5:], 7))
    training = network.training
    network.eval()
    with torch.inference_mode():
        beside, apart = recipe.answer(network, whole)[:, 5:].float(), recipe.answer(network, alone).float()
    network.train(training)
    if float((beside - apart).abs().max()) > TOLERANCE * max(1.0, float(apart.abs().max())):
        found = "training.packing is on, and in this model texts that share a row read each other"
        raise ModelError(found, "a model that knows texts apart by their positions", "Set training.packing to false")
