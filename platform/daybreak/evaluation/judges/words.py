"""A list of rude words: it knows words, not meaning, and where it finds one, one is."""

import re
from functools import cache
from pathlib import Path

WORDS = Path(__file__).with_name("words.yaml")


def find_words(text: str) -> list[str]:
    """Listed words in a text, lower-cased, in their order.

    Han words are found anywhere, since Chinese has no spaces. Latin ones stand alone among ASCII letters and digits:
    `\\b` does not fall between Han and Latin, so that it would miss one that is glued to Chinese text.
    """
    allowed, words = _patterns()
    return [found.lower() for found in words.findall(allowed.sub(" ", text))]


@cache
def _patterns() -> tuple[re.Pattern[str], re.Pattern[str]]:
    import yaml

    lists = yaml.safe_load(WORDS.read_text(encoding="utf-8"))
    allowed = sorted((phrase for each in lists.values() for phrase in each["allowed"]), key=len, reverse=True)
    latin = "|".join(re.escape(word).replace(r"\*", "[A-Za-z]*") for word in lists["en"]["words"])
    han = "|".join(sorted(map(re.escape, lists["zh"]["words"]), key=len, reverse=True))
    words = rf"(?<![A-Za-z0-9])(?:{latin})(?![A-Za-z0-9])|{han}"
    return re.compile("|".join(map(re.escape, allowed)), re.IGNORECASE), re.compile(words, re.IGNORECASE)
