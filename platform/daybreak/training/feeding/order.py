"""The order in which rows are learned, as a file: written before the first step, and followed by whoever goes on."""

import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path
from zipfile import BadZipFile

import numpy as np
from numpy.typing import NDArray

Batches = list[NDArray[np.int64]]


def settled(path: Path, epochs: int, draw: Callable[[int], Batches], *, write: bool = True) -> list[Batches]:
    """The batches of each epoch, as positions in the train split: those of the file, else drawn now and written.

    Drawn by another version of numpy the same seed may give another order; a training that goes on must not notice.
    """
    if (found := read(path)) is not None and len(found) == epochs:
        return found
    drawn = [draw(epoch) for epoch in range(epochs)]
    if write:
        _write(path, drawn)
    return drawn


def read(path: Path) -> list[Batches] | None:
    """The batches of each epoch, None for a file that is missing or damaged."""
    try:
        with np.load(path, allow_pickle=False) as stored:
            positions, sizes, counts = (stored[name] for name in ("positions", "sizes", "batches"))
    except (OSError, ValueError, KeyError, EOFError, BadZipFile):
        return None
    batches = np.split(positions.astype(np.int64), np.cumsum(sizes)[:-1])
    ends = np.cumsum(counts)
    return [batches[end - count : end] for end, count in zip(ends.tolist(), counts.tolist(), strict=True)]


def _write(path: Path, epochs: Sequence[Batches]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    batches = [batch for each in epochs for batch in each]
    with tempfile.NamedTemporaryFile(dir=path.parent, prefix="aside-", delete=False) as stream:
        np.savez(
            stream,
            positions=np.concatenate(batches).astype(np.int32),
            sizes=np.array([len(batch) for batch in batches], np.int32),
            batches=np.array([len(each) for each in epochs], np.int32),
        )
    Path(stream.name).replace(path)
