"""Which items of benchmarks and of our own evaluation sets stand in the training rows, word for word or nearly."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from daybreak.data.near import grams, matching

CONTAINED = 0.8  # share of an item's 3-grams in one training text from which on the text quotes the item
FEWEST = 15  # characters of such an item: shorter ones stand in long texts by chance


def measure(
    train: Sequence[str], sets: Mapping[str, Sequence[str]], threshold: float, examples: int = 3
) -> list[dict[str, Any]]:
    """Of each set: `set, rows, exact, near, contained, threshold` and examples as `item, text, similarity, contained`.

    An item counts once: as `exact` if a training text says the same (but for case and white space), else as `near` if
    one is a near-duplicate at the threshold of dedupe, else as `contained` if one quotes it within more.
    """
    known = {grams.normalise(text) for text in train} if sets else set()
    return [
        {"set": name, "rows": len(items), "threshold": threshold, **_measured(items, train, known, threshold, examples)}
        for name, items in sorted(sets.items())
    ]


def _measured(
    items: Sequence[str], train: Sequence[str], known: set[str], threshold: float, examples: int
) -> dict[str, Any]:
    found = matching.match(train, items)
    kinds: dict[str, list[int]] = {"exact": [], "near": [], "contained": []}
    for place, item in enumerate(items):
        if grams.normalise(item) in known:
            kinds["exact"].append(place)
        elif found.best[place] >= threshold:
            kinds["near"].append(place)
        elif found.contained[place] >= CONTAINED and len(item) >= FEWEST:
            kinds["contained"].append(place)
    shown = [place for kind in kinds.values() for place in kind][:examples]
    return {
        **{kind: len(places) for kind, places in kinds.items()},
        "examples": [_told(place, items, train, found) for place in shown],
    }


def total(measured: Iterable[Mapping[str, Any]]) -> int:
    """Items of all sets that stand in training in one of the three ways."""
    return sum(each[kind] for each in measured for kind in ("exact", "near", "contained"))


def _told(place: int, items: Sequence[str], train: Sequence[str], found: matching.Matches) -> dict[str, Any]:
    """The item with the training text that comes nearest to it, or that quotes it."""
    text = found.best_text[place] if found.best[place] >= found.contained[place] else found.container[place]
    return {
        "item": items[place],
        "text": train[text],
        "similarity": round(float(found.best[place]), 4),
        "contained": round(float(found.contained[place]), 4),
    }
