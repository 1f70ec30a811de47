"""A text as words, Chinese and English alike, and which of them mean the same."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path
from typing import Any

from daybreak.errors import DataError

OWN = Path(__file__).with_name("synonyms.txt")
HAN = "\u3400-\u4dbf\u4e00-\u9fff"
PIECE = re.compile(rf"[{HAN}]+|[^\W\d_{HAN}]+(?:['’-][^\W\d_{HAN}]+)*|\s+|[\d.,]*\d|.", re.DOTALL)
WORD = re.compile(rf"[{HAN}]+|[^\W\d_{HAN}]+(?:['’-][^\W\d_{HAN}]+)*")
# What turns a statement round: such a word is never deleted, moved or replaced.
NEGATION = re.compile(
    r"[不没沒未无無非别別勿莫甭否]|^(?:no|not|never|none|nor|nothing|nobody|neither|without|cannot|hardly|barely)$|n['’]t$",
    re.IGNORECASE,
)


def split(text: str) -> list[str]:
    """The words of a text with all that stands between them: joined, they are the text."""
    found: list[str] = []
    for piece in PIECE.findall(text):
        found += _segmenter().lcut(piece) if "\u3400" <= piece[0] <= "\u9fff" else [piece]
    return found


def joined(said: list[str]) -> str:
    """Words as a text, white space collapsed where one of them went."""
    return " ".join("".join(said).split())


def movable(said: list[str]) -> list[int]:
    """Places of the words that may be changed: no punctuation, no numbers, no <placeholder>, and nothing that negates
    nor the word that it negates.
    """
    found = []
    before = ""
    for place, word in enumerate(said):
        if word.isspace():
            continue
        negates = NEGATION.search(word)
        if WORD.fullmatch(word) and not negates and before not in ("<", "[", "{") and not NEGATION.search(before):
            found.append(place)
        before = word
    return found


def synonyms(root: Path, name: str | None) -> dict[str, tuple[str, ...]]:
    """Each word's synonyms, from a file with a group a line (words between spaces, # begins a comment); or our own."""
    path = root / name if name else OWN
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        found = f"the file of synonyms {path} cannot be read: {error}"
        raise DataError(found, "UTF-8, a group of words a line", "Mend split.augment.synonym_file") from None
    groups: dict[str, set[str]] = {}
    for line in lines:
        group = line.partition("#")[0].split()
        for word in group:
            groups.setdefault(word.lower(), set()).update(each for each in group if each != word)
    return {word: tuple(sorted(others)) for word, others in groups.items()}


@cache
def _segmenter() -> Any:
    """jieba's, without what it says on the way."""
    import logging

    import jieba

    jieba.setLogLevel(logging.WARNING)
    return jieba.Tokenizer()
