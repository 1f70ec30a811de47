"""How often screening holds a batch that is like the last version, and one that is not: by simulation on the sample.

Run it with `python tests/benchmarks/admission_power.py [batches a line]`; docs/admission.md quotes its figures. A last
version is a draw of the sample's distinct reviews, and batches are draws of the reviews that it has never seen.
"""

import random
import sys
import time
from collections.abc import Callable, Iterator
from itertools import product
from pathlib import Path

import pandas as pd

sys.path.insert(0, str(Path(__file__).parents[1]))

from making import make_rows

from daybreak.data import reading
from daybreak.data.admitting.screening import AdmissionParams, Content, look, screen
from daybreak.data.clean import CleanParams, clean_text
from daybreak.data.describing import yardstick
from daybreak.data.describing.yardstick import LastVersion
from daybreak.data.reading import Pair, sources

VERSIONS = 5
SIZES = (10, 50, 200, 1000)
SHARES = (0.7, 0.8, 0.1)  # of all rows for the last version; of these for training; held out of the rest for batches
OTHER = {"positive": "negative", "negative": "positive"}
Group = tuple[str, int]  # a case, and rows a batch
Change = Callable[[random.Random, list[Pair]], list[Pair]]


def reviews() -> list[Pair]:
    """The sample's distinct reviews with one label, cleaned."""
    pairs = {
        (clean_text(text), label)
        for name, label in sources.SAMPLE_LABELS.items()
        for text, label in reading.read_lines(sources.sample_folder() / name, label)
    }
    frame = pd.DataFrame(sorted(pairs), columns=["text", "label"])
    frame = frame[(frame["text"] != "") & ~frame["text"].duplicated(keep=False)]
    return list(frame.itertuples(index=False, name=None))


def draw_version(rows: list[Pair], seed: int) -> tuple[LastVersion, list[Pair]]:
    """A last version, and the rows that it has not seen."""
    chance = random.Random(seed)
    rows = chance.sample(rows, len(rows))
    known, unseen = rows[: int(len(rows) * SHARES[0])], rows[int(len(rows) * SHARES[0]) :]
    frame = pd.DataFrame(known, columns=["text", "label"])
    cut = int(len(known) * SHARES[1])
    train, held_out = frame.iloc[:cut].head(yardstick.TRAINED), frame.iloc[cut:].head(yardstick.HELD_OUT)
    return LastVersion(frame, train, held_out), unseen


def swapped(share: float) -> Change:
    return lambda chance, rows: [(text, OTHER[label] if chance.random() < share else label) for text, label in rows]


def only_positive(share: float) -> Change:
    """A batch in which that share of the rows is positive."""

    def change(chance: random.Random, rows: list[Pair]) -> list[Pair]:
        wanted = ["positive" if chance.random() < share else "negative" for _row in rows]
        pools = {name: iter(chance.sample(rows, len(rows))) for name, rows in by_label(POOL).items()}
        return [next(pools[label]) for label in wanted]

    return change


def replaced(share: float, made: Callable[[random.Random], str]) -> Change:
    return lambda chance, rows: [(made(chance) if chance.random() < share else text, label) for text, label in rows]


def by_label(rows: list[Pair]) -> dict[str, list[Pair]]:
    return {name: [row for row in rows if row[1] == name] for name in OTHER}


def english(chance: random.Random) -> str:
    return chance.choice(ENGLISH)


def mojibake(chance: random.Random) -> str:
    return chance.choice(POOL)[0].encode().decode("gb18030", "replace")


WORDS = "the a room staff was were very great awful and we would never always stay here again breakfast cold"
ENGLISH = [" ".join(random.Random(seed).choices(WORDS.split(), k=12)) for seed in range(500)]
POOL: list[Pair] = []
CASES: dict[str, Change] = {
    "like the last version": lambda _chance, rows: rows,
    "65 % positive (last version: 47 %)": only_positive(0.65),
    "every label swapped": swapped(1.0),
    "50 % of labels swapped": swapped(0.5),
    "30 % of labels swapped": swapped(0.3),
    "20 % of labels swapped": swapped(0.2),
    "10 % of labels swapped": swapped(0.1),
    "all positive": only_positive(1.0),
    "90 % positive": only_positive(0.9),
    "80 % positive": only_positive(0.8),
    "all English": replaced(1.0, english),
    "all in a broken encoding": replaced(1.0, mojibake),
    "80 % in a broken encoding": replaced(0.8, mojibake),
    "50 % in a broken encoding": replaced(0.5, mojibake),
    "15 % without text": replaced(0.15, lambda _chance: ""),
    "30 % without text": replaced(0.3, lambda _chance: ""),
}


def make_batches(change: Change, size: int, count: int, chance: random.Random) -> Iterator[list[Pair]]:
    for _number in range(count):
        yield change(chance, chance.sample(POOL, size))


def held_shares(last: LastVersion, groups: dict[Group, list[list[Pair]]]) -> dict[Group, float]:
    """Share of each group's batches that any check holds; one fit answers all, as in a night that brings them."""
    looked = {
        group: [look(batch, last, cleaning=CleanParams(), asked=2000, seed=1) for batch in batches]
        for group, batches in groups.items()
    }
    texts = {text for contents in looked.values() for content in contents for text, _label in content.fresh}
    measured = yardstick.measure(last, sorted(texts))

    def is_held(content: Content) -> bool:
        return any(finding.reason for finding in screen(content, last, measured, AdmissionParams()))

    return {group: sum(map(is_held, contents)) / len(contents) for group, contents in looked.items()}


def main() -> None:
    each = int(sys.argv[1]) if len(sys.argv) > 1 else 200
    rows = reviews()
    found: dict[Group, list[float]] = {}
    for seed in range(VERSIONS):
        last, POOL[:] = draw_version(rows, seed)
        groups = {}
        for name, size in product(CASES, SIZES):
            count = each if name == "like the last version" else max(1, each // 10)
            groups[name, size] = list(make_batches(CASES[name], size, count, random.Random(seed)))
        for group, share in held_shares(last, groups).items():
            found.setdefault(group, []).append(share)
        print(f"last version {seed + 1} of {VERSIONS}", file=sys.stderr, flush=True)
    print("| batch |", " | ".join(f"{size} rows" for size in SIZES), "|")
    for name in CASES:
        shares = [sum(found[name, size]) / VERSIONS for size in SIZES]
        print(f"| {name} |", " | ".join(f"{share:.1%}" for share in shares), "|")
    small(each)


def small(each: int) -> None:
    """A last version of 300 short generated rows."""
    held = []
    for seed in range(VERSIONS):
        rows = make_rows(300, seed + 1)
        frame = pd.DataFrame(rows, columns=["text", "label"])
        last = LastVersion(frame, frame.head(210), frame.tail(90))
        batches = [make_rows(50, 1000 * seed + 100 + number) for number in range(each)]
        held += held_shares(last, {("generated", 50): batches}).values()
    print(f"300 generated rows, batches of 50 like them: {sum(held) / VERSIONS:.1%} of {VERSIONS * each} held")


if __name__ == "__main__":
    began = time.monotonic()
    main()
    print(f"{time.monotonic() - began:.0f} s", file=sys.stderr)
