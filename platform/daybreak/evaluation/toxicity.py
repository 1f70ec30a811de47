"""Share of rude rows in the training data, as a word list finds them: no more than that, and named for what it is."""

import re
from functools import cache
from pathlib import Path
from typing import Any

from daybreak import digests
from daybreak.evaluation.subject import Subject

JUDGE = "word_list"
WORDS = Path(__file__).with_name("word_list.yaml")
EXAMPLES = 10


def measure(subject: Subject, folder: Path) -> dict[str, Any]:
    """Rows with a listed word, by label and by word, and the first few of them."""
    train = subject.rows("train")
    found = [find_words(str(text)) for text in train["text"]]
    hits = [place for place, words in enumerate(found) if words]
    labels = train["label"].astype(str)
    toxic = labels.iloc[hits].value_counts().to_dict()
    words = [word for place in hits for word in sorted(set(found[place]))]
    return {
        "judge": JUDGE,
        "judge_sha256": digests.of_file(WORDS),
        "rows": len(train),
        "toxic": len(hits),
        "share": len(hits) / len(train),
        "by_label": {
            str(name): {"rows": int(rows), "toxic": int(toxic.get(name, 0))}
            for name, rows in labels.value_counts().items()
        },
        "by_word": {
            word: words.count(word) for word in sorted(set(words), key=lambda word: (-words.count(word), word))
        },
        "examples": [{"text": str(train["text"].iloc[place]), "words": found[place]} for place in hits[:EXAMPLES]],
    }


def headlines(result: dict[str, Any]) -> dict[str, float]:
    return {"toxic_share": result["share"]}


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
