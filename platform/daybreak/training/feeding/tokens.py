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

from daybreak import digests
from daybreak.errors import DataError
from daybreak.recipes.base import IGNORED, Example, Recipe, Rows

ARRAYS = ("ids", "offsets", "targets", "target_offsets", "rows", "cut")


@dataclass(frozen=True)
class Tokens:
    """All rows end to end: row r has ids `ids[offsets[r]:offsets[r + 1]]`, its targets likewise, and id `rows[r]`.

    `cut[r]` tokens of it were left out because it is longer than a row may be.
    """

    ids: NDArray[np.int32]
    offsets: NDArray[np.int64]
    targets: NDArray[np.int32]
    target_offsets: NDArray[np.int64]
    rows: NDArray[np.str_]
    cut: NDArray[np.int32]

    def __len__(self) -> int:
        return len(self.rows)

    @property
    def lengths(self) -> NDArray[np.int64]:
        return np.diff(self.offsets)

    @property
    def classes(self) -> NDArray[np.int64]:
        """What rows are balanced by when some are drawn: the target, or 0 for rows that have not just one."""
        one = np.diff(self.target_offsets) == 1
        return np.where(one, self.targets[np.minimum(self.target_offsets[:-1], len(self.targets) - 1)], 0)

    def remarks(self) -> list[str]:
        """What is worth telling of how rows became tokens, in words: what was cut, what has nothing to learn."""
        cut, silent = int((self.cut > 0).sum()), self._silent()
        lost = int(self.cut.sum())
        told = [f"{cut} of {len(self)} rows were cut, which lost {lost / (len(self.ids) + lost):.1%} of all tokens"]
        return [*told[: cut > 0], *[f"{silent} of {len(self)} rows have nothing to learn"][: silent > 0]]

    def _silent(self) -> int:
        learned = np.concatenate([[0], np.cumsum(self.targets != IGNORED)])
        return int((learned[self.target_offsets[1:]] == learned[self.target_offsets[:-1]]).sum())


def tokenise(
    split: Path, recipe: Recipe, labels: Sequence[str], *, tokenizer: Any, max_length: int, cache: Path
) -> Tokens:
    """Tokens of a Parquet split, from `cache` if the same text was tokenised in the same way by the same code before.

    Two processes may do this at once: each writes aside, and the first to finish gives the folder its name.
    `tokenizer` is the transformers one. DataError for a missing file or column, a label that is none of `labels`, and a
    split without rows.
    """
    backend, template = tokenizer.backend_tokenizer.to_str(), getattr(tokenizer, "chat_template", None)
    special = {name: str(token) for name, token in tokenizer.special_tokens_map.items()}
    keyed = {
        "split": digests.of_file(_present(split)),
        "tokenizer": digests.of_value([tokenizers.__version__, backend, template, special]),
        "recipe": getattr(recipe, "__name__", type(recipe).__name__),
        "max_length": max_length,
        "labels": list(labels),
        "code": digests.of_code("recipes", "training/feeding/tokens.py"),
    }
    folder = cache / "tokens" / digests.of_value(keyed)[:20]
    if not folder.is_dir():
        rows = read(split)
        examples = recipe.examples(rows, labels, tokenizer, max_length)
        if all(target == IGNORED for each in examples for target in each.targets):
            found = f"{split} has nothing to learn within {max_length} tokens a row"
            raise DataError(found, "at least one token to learn", "Raise training.max_length")
        _keep(examples, rows.ids, folder)
    return Tokens(*(np.load(folder / f"{name}.npy", mmap_mode="r") for name in ARRAYS))


def read(split: Path) -> Rows:
    """The rows of a split, in file order; a column of messages may be absent."""
    import pyarrow.parquet as pq

    table = pq.read_table(_present(split))
    missing = [name for name in ("id", "text", "label") if name not in table.column_names]
    if missing:
        raise DataError(f"{split} has no column {missing[0]}", "id, text and label", "Run daybreak data prepare")
    if not table.num_rows:
        raise DataError(f"{split} has no rows", "at least one", "Add data or change split.ratios")
    ids, text, label = (table.column(name).to_pylist() for name in ("id", "text", "label"))
    messages = table.column("messages").to_pylist() if "messages" in table.column_names else [""] * table.num_rows
    return Rows([str(value) for value in ids], text, [str(value or "") for value in label], messages)


def _present(split: Path) -> Path:
    if not split.is_file():
        raise DataError(f"{split} is missing", "a prepared split", "Run daybreak data prepare")
    return split


def _keep(examples: Sequence[Example], rows: Sequence[str], folder: Path) -> None:
    folder.parent.mkdir(parents=True, exist_ok=True)
    aside = Path(tempfile.mkdtemp(prefix=f"{folder.name}.", dir=folder.parent))
    try:
        ids, offsets = _end_to_end([each.ids for each in examples])
        targets, target_offsets = _end_to_end([each.targets for each in examples])
        cut = np.array([each.cut for each in examples], dtype=np.int32)
        arrays: tuple[NDArray[Any], ...] = (ids, offsets, targets, target_offsets, np.array(rows), cut)
        for name, array in zip(ARRAYS, arrays, strict=True):
            np.save(aside / f"{name}.npy", array, allow_pickle=False)
        aside.rename(folder)
    except OSError:
        if not folder.is_dir():  # else another process was first, with the same bytes
            raise
    finally:
        shutil.rmtree(aside, ignore_errors=True)


def _end_to_end(lists: Sequence[Sequence[int]]) -> tuple[NDArray[np.int32], NDArray[np.int64]]:
    offsets = np.zeros(len(lists) + 1, dtype=np.int64)
    np.cumsum([len(each) for each in lists], out=offsets[1:])
    flat = np.fromiter((value for each in lists for value in each), dtype=np.int32, count=int(offsets[-1]))
    return flat, offsets
