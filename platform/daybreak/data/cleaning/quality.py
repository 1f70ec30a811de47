"""Quality: what a text measures, held against limits of its language."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from math import ceil

from pydantic import Field

from daybreak.records import Record

TRACE = re.compile("[\ufffd锟烫屯\ue000-\uf8ffâÃ]")
GARBLED = re.compile("\ufffd|锟斤拷|烫烫烫|屯屯屯|[\ue000-\uf8ff]|â€|Ã[\u0080-\u00bf]")
LONG_ENOUGH = 40  # characters from which on repetition is measured


class Limits(Record):
    """What texts of one language may measure; 1 switches a share off.

    `min_letters` counts letters and digits; `max_repetition` is the share of runs of `run` characters that stood in
    the text before; `max_symbols` the share of characters that are neither letters, digits nor white space;
    `max_garbled` the share of characters that no encoding yields.
    """

    min_letters: int = Field(default=1, ge=0)
    run: int = Field(default=8, ge=1)
    max_repetition: float = Field(default=0.9, ge=0, le=1)
    max_symbols: float = Field(default=0.98, ge=0, le=1)
    max_garbled: float = Field(default=0.1, ge=0, le=1)


class QualityParams(Record):
    """Limits by language; `other` holds for every language but these two, and for texts in both."""

    zh: Limits = Limits(run=6)
    en: Limits = Limits(run=15, max_repetition=0.8, max_symbols=0.7)
    other: Limits = Limits(min_letters=0, run=10, max_symbols=1)

    def of(self, language: str) -> Limits:
        """The limits for a language tag."""
        return self.zh if language == "zh" else self.en if language == "en" else self.other


@dataclass(frozen=True)
class Refusal:
    """Why a row is refused: the rule, what was measured and what it allows, both as text."""

    rule: str
    value: str = ""
    threshold: str = ""
    detail: str = ""


def faults(text: str, limits: Limits, *, sound: bool = False) -> Iterator[Refusal]:
    """Every limit that a text breaks; `sound` where it is known to hold nothing that no encoding yields."""
    symbols, enough = 0.0, max(limits.min_letters, ceil((1 - limits.max_symbols) * len(text)) + 1)
    if sum(map(str.isalnum, text[: 2 * enough])) < enough:  # seldom: a look at the beginning says that there are enough
        letters = sum(map(str.isalnum, text))
        symbols = 1 - (letters + text.count(" ")) / len(text)
        if letters < limits.min_letters:
            yield Refusal("too_short", str(letters), str(limits.min_letters))
    shares = (
        ("garbled", 0.0 if sound else garbled(text), limits.max_garbled),
        ("symbols", symbols, limits.max_symbols),
        ("repetition", repetition(text, limits.run, limits.max_repetition), limits.max_repetition),
    )
    for rule, share, limit in shares:
        if share > limit:
            yield Refusal(rule, f"{share:.3f}", f"{limit:g}")


def garbled(text: str) -> float:
    """Share of characters that are replacement signs, private use, or the classic traces of a wrong encoding."""
    if text.isascii() or not TRACE.search(text):
        return 0.0
    return sum(len(match[0]) for match in GARBLED.finditer(text)) / len(text)


def repetition(text: str, run: int, enough: float = 0.0) -> float:
    """Share of runs of so many characters that stood in the text before; 0 for a text too short to tell.

    Also 0, without counting further, where the beginning has so many different runs that the share is below `enough`.
    """
    places = len(text) - run + 1
    if len(text) < LONG_ENOUGH or places < 1:
        return 0.0
    few = (1 - enough) * places + 1
    if len({text[place : place + run] for place in range(min(places, int(1.25 * few) + 2))}) >= few:
        return 0.0
    return 1 - len({text[place : place + run] for place in range(places)}) / places
