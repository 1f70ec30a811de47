"""How near many texts come to a few others, exactly: release set, golden cases and benchmarks against the rows."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

from daybreak.data import grams

if TYPE_CHECKING:
    import numpy as np

    Integers = np.ndarray[Any, np.dtype[np.int64]]
    Floats = np.ndarray[Any, np.dtype[np.float64]]

BLOCK = 20_000  # texts compared at a time; bounds memory


class Matches(NamedTuple):
    """By text: its highest Jaccard similarity to any of the others, and which one that is (-1: no gram in common).

    By one of the others: its highest similarity to any text (`best`), the largest share of its own grams that stand in
    one single text (`contained`), and the texts where these two are reached.
    """

    similarity: Floats
    nearest: Integers
    best: Floats
    best_text: Integers
    contained: Floats
    container: Integers


def match(texts: Sequence[str], others: Sequence[str]) -> Matches:
    """Compare every text with every other on their sets of character 3-grams, as dedupe does; nothing is sampled."""
    import numpy as np

    found = Matches(
        np.zeros(len(texts)),
        np.full(len(texts), -1),
        np.zeros(len(others)),
        np.full(len(others), -1),
        np.zeros(len(others)),
        np.full(len(others), -1),
    )
    if not others:
        return found
    for start in range(0, len(texts), BLOCK):
        row, column, jaccard, share = _shared(texts[start : start + BLOCK], others)
        _raise(found.similarity, found.nearest, row + start, column, jaccard)
        _raise(found.best, found.best_text, column, row + start, jaccard)
        _raise(found.contained, found.container, column, row + start, share)
    return found


def _shared(texts: Sequence[str], others: Sequence[str]) -> tuple[Integers, Integers, Floats, Floats]:
    """Of each pair with a gram in common: the text, the other, their Jaccard similarity, the share of the other's."""
    import numpy as np
    from scipy.sparse import csr_array

    sets = grams.shingle_sets([*others, *texts])
    split = sets.starts[len(others)]
    vocabulary, columns = np.unique(sets.grams[:split], return_inverse=True)
    theirs = csr_array(
        (np.ones(split, np.int32), columns, sets.starts[: len(others) + 1]), shape=(len(others), len(vocabulary))
    )
    place = np.searchsorted(vocabulary, sets.grams[split:])
    known = vocabulary[np.minimum(place, len(vocabulary) - 1)] == sets.grams[split:]
    starts = np.concatenate(([0], np.cumsum(known)))[sets.starts[len(others) :] - split]
    ours = csr_array((np.ones(starts[-1], np.int32), place[known], starts), shape=(len(texts), len(vocabulary)))
    pairs = (ours @ theirs.T).tocoo()
    sizes = sets.sizes
    row, column, shared = pairs.row.astype(np.int64), pairs.col.astype(np.int64), pairs.data.astype(np.float64)
    share = shared / sizes[column]
    return row, column, shared / (sizes[len(others) + row] + sizes[column] - shared), share


def _raise(highest: Floats, where: Integers, keys: Integers, partners: Integers, scores: Floats) -> None:
    """Take over each key's highest score and its partner (the lowest of equal ones) if it beats what is known."""
    import numpy as np

    order = np.lexsort((partners, -scores, keys))
    keys, partners, scores = keys[order], partners[order], scores[order]
    first = np.flatnonzero(np.diff(keys, prepend=-1))
    better = first[scores[first] > highest[keys[first]]]
    highest[keys[better]], where[keys[better]] = scores[better], partners[better]
