"""New training texts from old ones: synonyms, swapped and deleted words, back-translation. Only ever for training."""

from __future__ import annotations

import hashlib
import random
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

from pydantic import Field, model_validator

from daybreak.data.splitting.augmentation import edits, translating, words
from daybreak.records import Record

SHORTEST, LONGEST = 0.3, 3.0  # a translation's length over its source's, beyond which something went wrong


class BackTranslation(Record):
    """Two local models, as zh to en and en to zh, null for none; a prefix is what models like T5 are told first."""

    share: float = Field(default=0.1, ge=0, le=10)
    there: str | None = None
    back: str | None = None
    there_prefix: str = ""
    back_prefix: str = ""
    language: str = "zh"

    @model_validator(mode="after")
    def _both_ways(self) -> BackTranslation:
        if (self.there is None) != (self.back is None):
            raise ValueError("there and back are two folders, or both null")
        return self


class AugmentParams(Record):
    """Texts made per training row by each method, 0 for none; `strength` is the share of a text's words changed."""

    synonyms: float = Field(default=0, ge=0, le=10)
    swap: float = Field(default=0, ge=0, le=10)
    delete: float = Field(default=0, ge=0, le=10)
    strength: float = Field(default=0.1, gt=0, le=0.5)
    synonym_file: str | None = None
    back_translation: BackTranslation = BackTranslation()

    @property
    def wanted(self) -> bool:
        """Whether any method makes anything."""
        return bool(
            self.synonyms or self.swap or self.delete or (self.back_translation.there and self.back_translation.share)
        )

    @property
    def reads(self) -> tuple[str, ...]:
        """The user's files and folders that the methods read: with others, they make other rows."""
        models = (self.back_translation.there, self.back_translation.back) if self.back_translation.share else ()
        named = (self.synonym_file if self.synonyms else None, *models)
        return tuple(sorted({name for name in named if name}))


class Source(NamedTuple):
    """A training row to make texts from."""

    id: str
    text: str
    language: str


class Made(NamedTuple):
    """A new text: which row it is from, by position, and by which method."""

    position: int
    method: str
    number: int
    text: str


def augment(rows: Sequence[Source], params: AugmentParams, seed: int, root: Path) -> list[Made]:
    """The texts that the methods make of these rows; which rows, and which words, follows from seed and ids alone.

    A text that a method leaves as it was yields none. Raises DataError for a file of synonyms that cannot be read, and
    ModelError for a translator that cannot be loaded.
    """
    groups = words.synonyms(root, params.synonym_file) if params.synonyms else {}
    methods: dict[str, tuple[float, Callable[[list[str], random.Random], list[str]]]] = {
        "synonyms": (params.synonyms, lambda said, chance: edits.replace(said, groups, params.strength, chance)),
        "swap": (params.swap, lambda said, chance: edits.swap(said, params.strength, chance)),
        "delete": (params.delete, lambda said, chance: edits.delete(said, params.strength, chance)),
    }
    made = [
        Made(position, method, number, text)
        for method, (share, edit) in methods.items()
        if share
        for position, number, chance in _chosen(rows, method, share, seed)
        if (text := words.joined(edit(words.split(rows[position].text), chance))) != rows[position].text
    ]
    return made + list(_translated(rows, params.back_translation, seed, root))


def _chosen(rows: Sequence[Source], method: str, share: float, seed: int) -> Iterator[tuple[int, int, random.Random]]:
    """Position, number of the copy and a random generator, for `share` texts a row, in the order of the rows' hash."""
    order = sorted(range(len(rows)), key=lambda position: _hash(seed, method, rows[position].id, 0))
    for place in range(round(share * len(rows))):
        number, position = place // len(rows), order[place % len(rows)]
        yield position, number, random.Random(_hash(seed, method, rows[position].id, number))  # noqa: S311 - no secret


def _translated(rows: Sequence[Source], params: BackTranslation, seed: int, root: Path) -> Iterator[Made]:
    """Each chosen text there and back again, once."""
    if not (params.there and params.back):
        return
    fitting = [position for position, row in enumerate(rows) if row.language == params.language]
    few = _chosen([rows[position] for position in fitting], "back_translation", min(1.0, params.share), seed)
    positions = sorted(fitting[place] for place, _number, _chance in few)
    texts = [rows[position].text for position in positions]
    away = translating.translate(texts, root / params.there, params.there_prefix)
    for position, text in zip(
        positions, translating.translate(away, root / params.back, params.back_prefix), strict=True
    ):
        source = rows[position].text
        if text not in ("", source) and SHORTEST <= len(text) / len(source) <= LONGEST:
            yield Made(position, "back_translation", 0, text)


def _hash(seed: int, method: str, row: str, number: int) -> int:
    return int.from_bytes(hashlib.sha256(f"{seed}:{method}:{row}:{number}".encode()).digest()[:8])
