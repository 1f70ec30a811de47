"""Texts as people send them: mistyped, misheard, misread, in other words, loud, without marks, in full width."""

import random
import re
from collections.abc import Callable, Mapping
from functools import cache
from pathlib import Path
from typing import Any

Disturb = Callable[[str, random.Random], str]

CONFUSIONS = Path(__file__).with_name("confusions.yaml")
SHARE = 0.1
"""Of a text's signs or words that are disturbed, at least one."""

SIGN = re.compile(r"[^\W_]")
SPOKEN = re.compile(r"[\u3400-\u4dbf\u4e00-\u9fff]|[^\W_\u3400-\u4dbf\u4e00-\u9fff]+(?:['’][^\W_]+)?")
MARKS = re.compile(r"[^\w\s]|_")
FULL_WIDTH = {code: code + 0xFEE0 for code in range(0x21, 0x7F)} | {0x20: 0x3000}


def ways() -> Mapping[str, Disturb]:
    """Every way of disturbing a text by name; a text that has nothing to disturb comes back as it was."""
    return {
        "typos": typos,
        "homophones": lambda text, chance: _confused(text, chance, "homophones"),
        "lookalikes": lambda text, chance: _confused(text, chance, "lookalikes"),
        "synonyms": _synonyms,
        "case": lambda text, chance: text.swapcase(),
        "punctuation": lambda text, chance: " ".join(MARKS.sub(" ", text).split()) or text,
        "full_width": lambda text, chance: text.translate(FULL_WIDTH),
    }


def typos(text: str, chance: random.Random) -> str:
    """A share of the signs left out, typed twice, or typed after their neighbour."""
    signs = list(text)
    places = [place for place, sign in enumerate(signs) if SIGN.match(sign)]
    if len(places) < 2:
        return text
    for place in sorted(chance.sample(places, max(1, round(SHARE * len(places)))), reverse=True):
        slip = chance.choice(("omitted", "twice", "swapped"))
        if slip == "omitted":
            del signs[place]
        elif slip == "twice":
            signs.insert(place, signs[place])
        elif place:
            signs[place - 1], signs[place] = signs[place], signs[place - 1]
    return "".join(signs)


def _confused(text: str, chance: random.Random, kind: str) -> str:
    """A share of the words and signs that have others like them, each replaced by one of these.

    The share is of what a reader takes in at a time: Chinese signs and whole words of other scripts where words are
    misheard, signs where they are misread.
    """
    groups, pattern = _confusions()[kind]
    found = list(pattern.finditer(text))
    many = max(1, round(SHARE * len((SPOKEN if kind == "homophones" else SIGN).findall(text))))
    for match in sorted(chance.sample(found, min(many, len(found))), key=lambda match: -match.start()):
        other = chance.choice(groups[match.group() if match.group() in groups else match.group().lower()])
        text = text[: match.start()] + _like(match.group(), other, kind) + text[match.end() :]
    return text


def _like(said: str, other: str, kind: str) -> str:
    """The other word with a capital where the first has one; what looks alike is taken as it stands."""
    return other[:1].upper() + other[1:] if kind == "homophones" and said[:1].isupper() else other


def _synonyms(text: str, chance: random.Random) -> str:
    from daybreak.data.splitting.augmentation import edits, words

    said = words.split(text)
    changed = edits.replace(said, _groups_of_synonyms(), SHARE, chance)
    return text if changed == said else words.joined(changed)


@cache
def _groups_of_synonyms() -> dict[str, tuple[str, ...]]:
    from daybreak.data.splitting.augmentation import words

    return words.synonyms(Path(), None)


def _pattern(word: str) -> str:
    """Letters of ours stand for whole words alone: there is no "to" in "today"."""
    return rf"(?<![A-Za-z'’]){re.escape(word)}(?![A-Za-z'’])" if word.isascii() else re.escape(word)


@cache
def _confusions() -> dict[str, tuple[dict[str, list[str]], re.Pattern[str]]]:
    """By kind: what each word or sign can be taken for, and a pattern that finds them, the longest first."""
    import yaml

    listed: dict[str, list[Any]] = yaml.safe_load(CONFUSIONS.read_text(encoding="utf-8"))
    result = {}
    for kind, lines in listed.items():
        groups = {
            word: [other for other in group if other != word]
            for group in (line.split() for line in lines)
            for word in group
        }
        longest = sorted(groups, key=lambda word: (-len(word), word))
        found = "|".join(_pattern(word) if kind == "homophones" else re.escape(word) for word in longest)
        result[kind] = groups, re.compile(found, re.IGNORECASE if kind == "homophones" else 0)
    return result
