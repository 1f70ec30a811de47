"""What a language model expects of each row: nats lost, row by row, beside what is true of all rows together."""

from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import nn

from daybreak.recipes.base import IGNORED, Recipe
from daybreak.training.devices import Device
from daybreak.training.feeding import batches
from daybreak.training.feeding.tokens import Tokens
from daybreak.training.fitting import READING_BATCH, READING_TOKENS, Subject

FILE = "base.parquet"


def rows(network: nn.Module, recipe: Recipe, subject: Subject, device: Device) -> "np.typing.NDArray[np.float64]":
    """Nats lost on its targets, how many there are and how many the likeliest token got right, [rows, 3]."""
    training = network.training
    network.eval()
    found = np.zeros((len(subject.lengths), 3))
    with torch.inference_mode(), device.autocast():
        for positions in batches.by_length(subject.lengths, READING_BATCH, READING_TOKENS):
            batch = device.place(subject.batch(positions))
            found[positions] = recipe.observe(recipe.answer(network, batch), batch.targets)
    network.train(training)
    return found


def write(found: "np.typing.NDArray[np.float64]", tokens: Tokens, tokenizer: Any, path: Path) -> None:
    """As `id, nats, tokens, right, characters`; the last is how long the text is that a row's targets write."""
    import pandas as pd

    nats, count, right = found.T
    table = {
        "id": tokens.rows.astype(str).tolist(),
        "nats": nats,
        "tokens": count.astype(int),
        "right": right.astype(int),
    }
    table["characters"] = [_characters(tokens, place, tokenizer) for place in range(len(tokens))]
    pd.DataFrame(table).to_parquet(path, index=False)


def _characters(tokens: Tokens, row: int, tokenizer: Any) -> int:
    targets = tokens.targets[tokens.target_offsets[row] : tokens.target_offsets[row + 1]]
    wanted = [int(token) for token in targets if token != IGNORED]
    return len(tokenizer.backend_tokenizer.decode(wanted, skip_special_tokens=True))
