"""Near-duplicates in any language: an exact self-join on the Jaccard similarity of character 3-grams, at any size."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

from daybreak.data import parts, prefixes
from daybreak.data.grams import LONGEST as GRAM
from daybreak.data.grams import Shingles, chunks, normalise, shingle_sets

if TYPE_CHECKING:
    import numpy as np

    Integers = np.ndarray[Any, np.dtype[np.int64]]
    Floats = np.ndarray[Any, np.dtype[np.float64]]

PARTS_FROM = 0.6  # threshold from which agreeing parts leave fewer candidates than rare grams do
STEP = 0.02  # first step down from a threshold without a pair; each is twice as long as the one before


class Pairs(NamedTuple):
    """Pairs of texts by position, `left < right`, sorted, with their exact Jaccard similarity."""

    left: Integers
    right: Integers
    similarity: Floats


def shingles(text: str) -> frozenset[str]:
    """The set of character 3-grams; a shorter text is its own shingle."""
    text = normalise(text)
    return frozenset(text[start : start + GRAM] for start in range(max(1, len(text) - GRAM + 1)))


def jaccard(one: str, other: str) -> float:
    """Shared shingles over all shingles of two texts, 0..1."""
    left, right = shingles(one), shingles(other)
    return len(left & right) / len(left | right)


def similar_pairs(texts: Sequence[str], threshold: float, sides: Sequence[int] | None = None) -> Pairs:
    """Every pair with similarity >= `threshold` (above 0); with `sides`, only pairs whose sides differ.

    Candidates, of which none is missed, are verified exactly.
    """
    return _join(*_in_order_of_size(texts), threshold, sides) if len(texts) else _pairs([])


def highest_across(texts: Sequence[str], sides: Sequence[int], start: float) -> Pairs:
    """The most similar pair (exactly one; none if nothing is shared) with different sides.

    The join is exact at every threshold, so the first one with a pair, going down from `start`, holds the maximum.
    """
    if not len(texts):
        return _pairs([])
    shingles, order = _in_order_of_size(texts)
    threshold, step = start, STEP
    while True:
        pairs = _join(shingles, order, threshold, sides)
        if len(pairs.similarity) or threshold <= parts.ROUNDING:
            top = pairs.similarity.argsort(kind="stable")[-1:]
            return Pairs(pairs.left[top], pairs.right[top], pairs.similarity[top])
        threshold, step = max(threshold - step, parts.ROUNDING), 2 * step


def components(size: int, pairs: Pairs) -> Integers:
    """The connected component of each of `size` texts, as a number from 0."""
    import numpy as np

    if not size:
        return np.empty(0, np.int64)
    from scipy.sparse import coo_array
    from scipy.sparse.csgraph import connected_components

    edges = coo_array((np.ones(len(pairs.left)), (pairs.left, pairs.right)), shape=(size, size))
    labels: Integers = connected_components(edges, directed=False)[1]
    return labels


def _join(shingles: Shingles, order: Integers, threshold: float, sides: Sequence[int] | None) -> Pairs:
    """The pairs among shingles in ascending order of size, by the positions that `order` tells."""
    import numpy as np

    side = None if sides is None else np.asarray(sides)[order]
    propose = parts.candidates if threshold >= PARTS_FROM else prefixes.candidates
    found = []
    for left, right in propose(shingles, threshold):
        keep = slice(None) if side is None else side[left] != side[right]
        score = _similarity(shingles, left[keep], right[keep])
        similar = score >= threshold
        found.append((order[left[keep][similar]], order[right[keep][similar]], score[similar]))
    return _pairs(found)


def _pairs(found: list[tuple[Integers, Integers, Floats]]) -> Pairs:
    import numpy as np

    if not found:
        return Pairs(np.empty(0, np.int64), np.empty(0, np.int64), np.empty(0))
    one, other, score = (np.concatenate(column) for column in zip(*found, strict=True))
    left, right = np.minimum(one, other), np.maximum(one, other)
    order = np.lexsort((right, left))
    return Pairs(left[order], right[order], score[order])


def _in_order_of_size(texts: Sequence[str]) -> tuple[Shingles, Integers]:
    """The texts' shingles, fewest first, and where each text stood."""
    import numpy as np

    shingles = shingle_sets(texts)
    order = np.argsort(shingles.sizes, kind="stable")
    sizes = shingles.sizes[order]
    starts = np.concatenate(([0], np.cumsum(sizes)))
    grams = np.empty_like(shingles.grams)
    for first, last in chunks(sizes):
        taken = _spread(shingles.starts[order[first:last]], sizes[first:last])
        grams[starts[first] : starts[last]] = shingles.grams[taken]
    return Shingles(grams, starts, shingles.bits), order


def _similarity(shingles: Shingles, left: Integers, right: Integers) -> Floats:
    """Exact Jaccard of each pair: the grams of both are sorted, and those that then stand twice are shared."""
    import numpy as np

    sizes = shingles.sizes[left] + shingles.sizes[right]
    shared = np.zeros(len(left), np.int64)
    width = np.uint64(GRAM * shingles.bits)
    for first, last in chunks(sizes, most=1 << (64 - GRAM * shingles.bits)):
        both = np.stack([left[first:last], right[first:last]], axis=1).ravel()
        held = shingles.sizes[both]
        pair = np.repeat(np.arange(len(both), dtype=np.uint64) >> np.uint64(1), held)
        keys = pair << width | shingles.grams[_spread(shingles.starts[both], held)]
        keys.sort()
        twice = keys[1:][keys[1:] == keys[:-1]] >> width
        shared[first:last] = np.bincount(twice.astype(np.int64), minlength=last - first)
    return shared / (sizes - shared)


def _spread(starts: Integers, sizes: Integers) -> Integers:
    """The numbers of all members of runs that begin at `starts`."""
    import numpy as np

    members: Integers = np.arange(sizes.sum()) + np.repeat(starts - (np.cumsum(sizes) - sizes), sizes)
    return members
