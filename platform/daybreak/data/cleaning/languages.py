"""Languages: which one a text is in, by its script and its smallest words; Traditional and Simplified Chinese."""

from __future__ import annotations

import re
from functools import cache
from typing import Any, Literal

Chinese = Literal["keep", "simplified", "traditional"]

HAN = re.compile("[\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff]+")
WORD = re.compile(r"[A-Za-z\u00c0-\u024f]+(?:['’][A-Za-z]+)?")
LATIN = re.compile("[A-Za-z\u00c0-\u024f]")
KANA = re.compile("[\u3041-\u309f\u30a1-\u30fa]")
HANGUL = re.compile("[\uac00-\ud7af]")
ELSEWHERE = re.compile("[\u0370-\u1fff\u3041-\u30ff\uac00-\ud7af]")  # what is neither Latin nor Chinese
FOREIGN = re.compile("[\u0370-\u052f\u0590-\u074f\u0900-\u0dff\u0e00-\u0eff\u10a0-\u10ff]")  # Greek to Georgian
ACCENTED = re.compile("[\u00c0-\u024f]")
SMALL_WORDS = frozenset(
    re.findall(
        r"\w+",
        "the a an and or but not no of to in on at for with from by is are was were be been am do does did have "
        "has had it its i you he she we they me my your his her our their this that these those there here what "
        "who how why when so if than as all just very can will would could should get got up out about like too",
    )
)
SHARE = 0.8  # of Chinese characters and words together that a language has to have to be the only one
WORDS_TO_TELL = 12  # so many Latin words without a small English one are another language
ACCENTS_TO_TELL = 0.05  # of Latin letters


def tag(text: str) -> str:
    """`zh`, `en`, `mixed` of both, `ja`, `ko`, `other`, or `none` for a text without letters.

    A Chinese character counts as much as a Latin word. A short text in another Latin language passes for English.
    """
    if text.isascii():
        return _latin(WORD.findall(text), text)
    elsewhere = ELSEWHERE.search(text)
    if not elsewhere and not LATIN.search(text):
        return "zh" if HAN.search(text) else "none"
    han, words = sum(map(len, HAN.findall(text))), WORD.findall(text)
    if elsewhere:
        kana, hangul, foreign = (len(pattern.findall(text)) for pattern in (KANA, HANGUL, FOREIGN))
        if max(kana * 4, hangul * 2, foreign) > han + len(words):
            return "ja" if kana else "ko" if hangul else "other"
    if han >= SHARE * (han + len(words)) and han:
        return "zh"
    return "mixed" if han > (1 - SHARE) * (han + len(words)) else _latin(words, text)


def _latin(words: list[str], text: str) -> str:
    if not words:
        return "none"
    accents = 0 if text.isascii() else len(ACCENTED.findall(text))
    strange = len(words) >= WORDS_TO_TELL and not any(word.lower() in SMALL_WORDS for word in words)
    return "other" if strange or accents > ACCENTS_TO_TELL * sum(map(len, words)) else "en"


def convert(text: str, wanted: Chinese) -> str:
    """The text in Simplified or Traditional characters, by OpenCC's phrases; other scripts are untouched."""
    if wanted == "keep" or text.isascii():
        return text
    converted: str = _converter("t2s" if wanted == "simplified" else "s2t").convert(text)
    return converted


@cache
def _converter(way: str) -> Any:
    import opencc

    return opencc.OpenCC(way)
