"""A split as token ids on disk: tokenised once, memory-mapped by every process that trains on it."""

import shutil
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import tokenizers
from numpy.typing import NDArray
from tokenizers import Tokenizer

from daybreak import digests
from daybreak.errors import DataError
from daybreak.recipes.base import Recipe

ARRAYS = ("ids", "offsets", "targets", "rows")


@dataclass(frozen=True)
class Tokens:
    """All rows end to end: row r has ids `ids[offsets[r]:offsets[r + 1]]`, target `targets[r]` and id `rows[r]`."""

    ids: NDArray[np.int32]
    offsets: NDArray[np.int64]
    targets: NDArray[np.int64]
    rows: NDArray[np.str_]

    def __len__(self) -> int:
        return len(self.targets)

    @property
    def lengths(self) -> NDArray[np.int64]:
        return np.diff(self.offsets)


def tokenise(
    split: Path, recipe: Recipe, labels: Sequence[str], *, tokenizer: Any, max_length: int, cache: Path
) -> Tokens:
    """Tokens of a Parquet split, from `cache` if the same text was tokenised in the same way by the same code before.

    Two processes may do this at once: each writes aside, and the first to finish gives the folder its name.
    DataError for a missing file or column, a label that is none of `labels`, and a split without rows.
    """
    backend: Tokenizer = Tokenizer.from_str(tokenizer.backend_tokenizer.to_str())
    keyed = {
        "split": digests.of_file(_present(split)),
        "tokenizer": digests.of_value([tokenizers.__version__, backend.to_str()]),
        "max_length": max_length,
        "labels": list(labels),
        "code": digests.of_code("recipes", "training/tokens.py"),
    }
    folder = cache / "tokens" / digests.of_value(keyed)[:20]
    if not folder.is_dir():
        rows, texts, values = read(split)
        targets = recipe.targets(values, labels)
        _keep(recipe.features(texts, backend, max_length), targets, rows, folder)
    return Tokens(*(np.load(folder / f"{name}.npy", mmap_mode="r") for name in ARRAYS))


def read(split: Path) -> tuple[list[str], list[str], list[str]]:
    """Ids, texts and labels of a split, in file order."""
    import pyarrow.parquet as pq

    table = pq.read_table(_present(split))
    missing = [name for name in ("id", "text", "label") if name not in table.column_names]
    if missing:
        raise DataError(f"{split} has no column {missing[0]}", "id, text and label", "Run daybreak data prepare")
    if not table.num_rows:
        raise DataError(f"{split} has no rows", "at least one", "Add data or change split.ratios")
    identity, text, label = (table.column(name).to_pylist() for name in ("id", "text", "label"))
    return [str(value) for value in identity], text, [str(value) for value in label]


def _present(split: Path) -> Path:
    if not split.is_file():
        raise DataError(f"{split} is missing", "a prepared split", "Run daybreak data prepare")
    return split


def _keep(features: list[list[int]], targets: NDArray[np.int64], rows: list[str], folder: Path) -> None:
    folder.parent.mkdir(parents=True, exist_ok=True)
    offsets = np.zeros(len(features) + 1, dtype=np.int64)
    np.cumsum([len(ids) for ids in features], out=offsets[1:])
    flat = np.fromiter((token for ids in features for token in ids), dtype=np.int32, count=int(offsets[-1]))
    aside = Path(tempfile.mkdtemp(prefix=f"{folder.name}.", dir=folder.parent))
    try:
        arrays: tuple[NDArray[Any], ...] = (flat, offsets, targets, np.array(rows))
        for name, array in zip(ARRAYS, arrays, strict=True):
            np.save(aside / f"{name}.npy", array, allow_pickle=False)
        aside.rename(folder)
    except OSError:
        if not folder.is_dir():  # else another process was first, with the same bytes
            raise
    finally:
        shutil.rmtree(aside, ignore_errors=True)
