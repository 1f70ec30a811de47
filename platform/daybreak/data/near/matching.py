"""How near many texts come to a few others, exactly: release set, golden cases and benchmarks against the rows."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

from daybreak.data.near import grams

if TYPE_CHECKING:
    import numpy as np

    Integers = np.ndarray[Any, np.dtype[np.int64]]
    Floats = np.ndarray[Any, np.dtype[np.float64]]

BLOCK = 20_000  # texts compared at a time
CELLS = 10_000_000  # pairs compared at a time; bounds memory


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
    sets = grams.shingle_sets([*others, *texts])
    block = max(1, min(BLOCK, CELLS // len(others)))
    for start, (row, column, jaccard, share) in _shared(sets, len(others), block):
        _raise(found.similarity, found.nearest, row + start, column, jaccard)
        _raise(found.best, found.best_text, column, row + start, jaccard)
        _raise(found.contained, found.container, column, row + start, share)
    return found


def _shared(
    sets: grams.Shingles, others: int, block: int
) -> Iterator[tuple[int, tuple[Integers, Integers, Floats, Floats]]]:
    """By the first text of each block, of each pair with a gram in common: the text's place in the block, the other,
    their Jaccard similarity, and the share of the other's grams. The others stand before the texts in `sets`.
    """
    import numpy as np
    from scipy.sparse import csr_array

    sizes, split = sets.sizes, sets.starts[others]
    vocabulary, columns = np.unique(sets.grams[:split], return_inverse=True)
    theirs = csr_array(
        (np.ones(split, np.int32), columns, sets.starts[: others + 1]), shape=(others, len(vocabulary))
    ).T.tocsr()
    for first in range(others, len(sizes), block):
        starts = sets.starts[first : first + block + 1]
        found = sets.grams[starts[0] : starts[-1]]
        place = np.minimum(np.searchsorted(vocabulary, found), len(vocabulary) - 1)
        known = vocabulary[place] == found
        ends = np.concatenate(([0], np.cumsum(known)))[starts - starts[0]]
        ours = csr_array((np.ones(ends[-1], np.int32), place[known], ends), shape=(len(starts) - 1, len(vocabulary)))
        pairs = (ours @ theirs).tocoo()
        row, column, shared = pairs.row.astype(np.int64), pairs.col.astype(np.int64), pairs.data.astype(np.float64)
        union = sizes[first + row] + sizes[column] - shared
        yield first - others, (row, column, shared / union, shared / sizes[column])


def _raise(highest: Floats, where: Integers, keys: Integers, partners: Integers, scores: Floats) -> None:
    """Take over each key's highest score and its partner (the lowest of equal ones) if it beats what is known."""
    import numpy as np

    order = np.lexsort((partners, -scores, keys))
    keys, partners, scores = keys[order], partners[order], scores[order]
    first = np.flatnonzero(np.diff(keys, prepend=-1))
    better = first[scores[first] > highest[keys[first]]]
    highest[keys[better]], where[keys[better]] = scores[better], partners[better]
