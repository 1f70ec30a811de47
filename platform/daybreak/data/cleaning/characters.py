"""Characters: invisible ones go, compatibility forms unite where nothing is lost, broken encodings are repaired."""

from __future__ import annotations

import re
import unicodedata
from functools import cache

INVISIBLE = {"Cc", "Cf", "Cs"}  # control, format (zero-width, direction marks) and surrogate code points

# NFKC would turn 10² into 102 and 1½ into 11⁄2: superscripts, subscripts and fractions stay as they are.
TELLING = re.compile("([²³¹¼-¾\u2070-\u209c⅐-⅟↉])")
UNUSUAL = re.compile("[^ -~一-\u9fff。、“”‘’《》—]")  # what may be folded; the rest is most of what people write
# Full-width forms of ASCII, wide and unbreakable spaces, hyphens and dashes of one hyphen's meaning.
PLAIN = {sign: sign - 0xFEE0 for sign in range(0xFF01, 0xFF5F)}
PLAIN |= dict.fromkeys((0xA0, 0x2002, 0x2003, 0x2007, 0x2009, 0x202F, 0x3000), ord(" "))
PLAIN |= dict.fromkeys((*range(0x2010, 0x2014), 0x2212, 0xFE63), ord("-"))
FOLDABLE = re.compile(
    "[\uff01-\uff5e\xa0\u2002\u2003\u2007\u2009\u202f\u3000\u2010-\u2013\u2212\ufe63]"
)  # what PLAIN has
JOINER = "\u200d"
JOINED = re.compile("(?<=[\u2600-\u27bf\ufe0f\U0001f000-\U0001faff])\u200d(?=[\u2600-\u27bf\U0001f000-\U0001faff])")

HZ = re.compile(r"~\{(?:[!#0-W][!-~])+~\}")  # Chinese as seven-bit mail once wrote it (RFC 1843), frequent signs alone
TWICE_ENCODED = re.compile("[\u0080-\u00ffŒœŠšŽžŸƒˆ˜–—‘’‚“”„†‡•…‰‹›€™]{2}")  # what bytes above 127 look like, misread
GENUINE = re.compile(
    "[的了是在有我他中大上个国们子和地出道得就那下以生自着过家对可后心很好人起事样现用所感觉服务给比较已买吃]"
)  # frequent, and no two bytes of UTF-8
HIGH_RUN = re.compile("[\u00a1-\u00fe]+")
READABLE = re.compile("[\u4e00-\u9fff\u3000-\u303f\uff00-\uffef]+")
BEYOND_ASCII = re.compile(r"[^\x00-\x7f]+")
FREQUENT = re.compile(
    "[的了是不在有我他这中大来上个国到说们为子和你地出道也时年得就那要下以生会自着去之过家学对可里后小么心多天]"
)


def unite(text: str) -> str:
    """Unicode NFKC except for signs that would lose their meaning; without invisible characters.

    Each character is folded by itself first, after which few texts need the slower normalisation of the whole.
    """
    if text.isascii() and text.isprintable():
        return text
    if JOINER in text:
        return compatible(JOINER.join(map(_each_folded, JOINED.split(text))))
    return compatible(_each_folded(text))


def compatible(text: str) -> str:
    """Unicode NFKC except for signs that would lose their meaning."""
    if unicodedata.is_normalized("NFKC", text):
        return text
    parts = TELLING.split(text)
    return "".join(part if TELLING.fullmatch(part) else unicodedata.normalize("NFKC", part) for part in parts)


def repair(text: str) -> str:
    """The text that was meant, where its bytes were read in a wrong encoding; any other text as it is.

    Latin misreadings are ftfy's work. What it does not know: GB18030 read as Latin-1, UTF-8 read as GB18030, and HZ.
    """
    if text.isascii():
        return HZ.sub(_from_hz, text) if "~{" in text else text
    text = HZ.sub(_from_hz, text) if "~{" in text else text
    if TWICE_ENCODED.search(text):
        return _from_latin(text)
    return _reread(text)


def visible(text: str) -> str:
    """Unicode NFC without invisible characters; lines and white space stay."""
    if not text.isprintable():
        joined = JOINED.split(text) if JOINER in text else (text,)
        text = JOINER.join("".join(filter(_is_visible, part)) for part in joined)
    return unicodedata.normalize("NFC", text)


def plain(text: str) -> str:
    """The text with ASCII in place of what looks like it, one character for one: places stay the same."""
    return text if text.isascii() or not FOLDABLE.search(text) else text.translate(PLAIN)


def _each_folded(text: str) -> str:
    """A sign stands in a text several times; what it becomes holds no other sign that would become something else."""
    for sign in set(UNUSUAL.findall(text)):
        text = text.replace(sign, _folded(sign))
    return text


@cache
def _folded(sign: str) -> str:
    """What becomes of one character by itself."""
    if sign.isspace():
        return " "
    if unicodedata.category(sign) in INVISIBLE:
        return ""
    return sign if TELLING.match(sign) else unicodedata.normalize("NFKC", sign)


def _is_visible(sign: str) -> bool:
    return sign in "\n\t" or unicodedata.category(sign) not in INVISIBLE


def _from_hz(match: re.Match[str]) -> str:
    try:
        return match[0].encode("ascii").decode("hz")
    except UnicodeDecodeError:
        return match[0]


def _from_latin(text: str) -> str:
    """GB18030 read as Latin-1 is runs of an even number of high characters that are all Chinese; the rest is ftfy's."""
    runs = HIGH_RUN.findall(text)
    if sum(map(len, runs)) >= 4 and all(len(run) % 2 == 0 for run in runs):
        try:
            meant = HIGH_RUN.sub(lambda match: match[0].encode("latin-1").decode("gb2312"), text)
        except UnicodeDecodeError:
            meant = ""
        if _is_chinese(meant):
            return meant
    import ftfy

    return ftfy.fix_encoding(text)


def _reread(text: str) -> str:
    """UTF-8 read as GB18030: its bytes are valid UTF-8 by chance almost never, and then not in common characters."""
    if GENUINE.search(text):
        return text
    try:
        meant = text.encode("gb18030").decode("utf-8")
    except UnicodeError:
        return text
    return meant if _is_chinese(meant) else text


def _is_chinese(text: str) -> bool:
    """Nothing but Chinese beside ASCII, three characters at least, and a frequent one among them."""
    runs = BEYOND_ASCII.findall(text)
    return (
        sum(map(len, runs)) >= 3 and all(READABLE.fullmatch(run) for run in runs) and FREQUENT.search(text) is not None
    )
