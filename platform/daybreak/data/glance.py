"""One look at a whole batch of normalised texts: which rules could touch a text at all, most of the time none."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import cache
from re import escape
from typing import NamedTuple

from daybreak.data.cleaning import fragments
from daybreak.data.personal import kinds

DASHES = "\u2010-\u2013\u2212\ufe63"  # which a number may be written with, as characters.PLAIN has it


class Glance(NamedTuple):
    """What a text may hold, which says nothing of whether it does; where it may not, nobody needs to look."""

    normal: str  # the text as it was looked at
    fragments: bool = True  # markup, addresses, boilerplate, code, a broken encoding
    personal: bool = True  # numbers, handles and words that personal data come with
    selling: bool = True  # a word that turns to somebody
    garbled: bool = True  # characters that no encoding yields


def look(texts: Sequence[str]) -> list[Glance]:
    """A glance at each text, by automata that read every character once (RE2, in Arrow)."""
    import pyarrow as pa
    import pyarrow.compute as pc

    column = pa.array(texts, pa.large_string())
    seen = [pc.match_substring_regex(column, pattern).to_pylist() for pattern in (*_patterns(), _sound())]
    return [
        Glance(text, broken or not sound, personal, selling, garbled)
        for text, broken, personal, selling, garbled, sound in zip(texts, *seen, strict=True)
    ]


@cache
def _patterns() -> tuple[str, ...]:
    """What fragments, personal data, advertising and broken encodings cannot do without. None misses what the rules
    would find: letters count in either case, and digits are those of every script, as in the rules.
    """
    assigned = r"(?:var|let|const|document|window|console|jQuery)[\s.]"
    return (
        "[&<{`]|://|www\\.|WWW\\.|~\\{|[\u0080-\u00ffŒœŠšŽžŸƒˆ˜–—‘’‚“”„†‡•…‰‹›€™]{2}"
        rf"|(?s:;.*{assigned}|{assigned}.*;)|{_any(fragments.HINTS)}",
        rf"(?i:{_any(word for words in kinds.WORDS.values() for word in words)})"
        rf"|\p{{Nd}}(?:\p{{Nd}}{{4}}|[\p{{Nd}} .()+{DASHES}-]{{6}})|\p{{Nd}}\.\p{{Nd}}{{1,3}}\.\p{{Nd}}"
        r"|[0-9A-Fa-f]:[0-9A-Fa-f]{0,4}:|\p{Nd}\.\p{Nd}{4}",
        f"(?i:{_any(fragments.CONTACTS)})",
        "[\ufffd锟烫屯\ue000-\uf8ffâÃ]",
    )


@cache
def _sound() -> str:
    """What shows that a text was not read in a wrong encoding: it is ASCII, or has a frequent Chinese character."""
    from daybreak.data.cleaning import characters

    return rf"^[\x00-\x7f]*$|{characters.GENUINE.pattern}"


def _any(words: Iterable[str]) -> str:
    return "|".join(map(_literal, words))


def _literal(word: str) -> str:
    return escape(word).replace(r"\ ", " ")
