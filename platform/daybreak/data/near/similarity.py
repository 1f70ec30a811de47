"""Near-duplicates in any language: an exact self-join on the Jaccard similarity of character 3-grams, at any size."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

from daybreak.data.near import parts, prefixes
from daybreak.data.near.grams import LONGEST as GRAM
from daybreak.data.near.grams import Shingles, chunks, normalise, shingle_sets

if TYPE_CHECKING:
    import numpy as np

    Integers = np.ndarray[Any, np.dtype[np.int64]]
    Floats = np.ndarray[Any, np.dtype[np.float64]]

PARTS_FROM = 0.6  # threshold from which agreeing parts leave fewer candidates than rare grams do
LARGEST = 100  # texts of a cluster up to which all its pairs are told
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
    return _join(*_in_order_of_size(texts), threshold, sides) if len(texts) else gathered([])


def tying_pairs(texts: Sequence[str], threshold: float) -> Pairs:
    """Pairs with similarity >= `threshold`: all of a cluster of up to LARGEST texts, of a larger one a spanning tree.

    The components are exactly those of `similar_pairs`. Texts that are known to be of one large family are not compared
    further: otherwise a form letter with n fillings costs n x n.
    """
    if not len(texts):
        return gathered([])
    shingles, order = _in_order_of_size(texts)
    found: list[tuple[Integers, Integers, Floats]] = []

    def families() -> Integers | None:
        return _families(len(texts), gathered(found))

    for block in _verified(shingles, parts.candidates(shingles, max(threshold, PARTS_FROM), families), threshold):
        found.append(block)
    if threshold < PARTS_FROM:
        found += _verified(shingles, prefixes.candidates(shingles, threshold, families()), threshold)
    return _spanned(len(texts), gathered([(order[left], order[right], score) for left, right, score in found]))


def highest_across(texts: Sequence[str], sides: Sequence[int], start: float) -> Pairs:
    """The most similar pairs (all that are equally similar; none if nothing is shared) with different sides.

    The join is exact at every threshold, so the first one with a pair, going down from `start`, holds the maximum.
    """
    if not len(texts):
        return gathered([])
    shingles, order = _in_order_of_size(texts)
    threshold, step = start, STEP
    while True:
        pairs = _join(shingles, order, threshold, sides)
        if len(pairs.similarity) or threshold <= parts.ROUNDING:
            return highest(pairs)
        threshold, step = max(threshold - step, parts.ROUNDING), 2 * step


def highest(pairs: Pairs) -> Pairs:
    """The most similar ones of the pairs."""
    top = pairs.similarity == pairs.similarity.max(initial=0.0)
    return Pairs(pairs.left[top], pairs.right[top], pairs.similarity[top])


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
    found = _verified(shingles, propose(shingles, threshold, side), threshold)
    return gathered([(order[left], order[right], score) for left, right, score in found])


def _verified(
    shingles: Shingles, candidates: Iterable[tuple[Integers, Integers]], threshold: float
) -> Iterator[tuple[Integers, Integers, Floats]]:
    for left, right in candidates:
        score = _similarity(shingles, left, right)
        similar = score >= threshold
        yield left[similar], right[similar], score[similar]


def _families(size: int, pairs: Pairs) -> Integers | None:
    """A number for each text, the same for those of one large component and of nothing else; None without any."""
    import numpy as np

    component = components(size, pairs)
    large = np.bincount(component)[component] > LARGEST
    return np.where(large, component, size + np.arange(size)) if large.any() else None


def _spanned(size: int, pairs: Pairs) -> Pairs:
    """Of the pairs of a large component those of a maximum spanning tree; all others."""
    import numpy as np
    from scipy.sparse import coo_array
    from scipy.sparse.csgraph import minimum_spanning_tree

    component = components(size, pairs)
    large = (np.bincount(component, minlength=1)[component] > LARGEST)[pairs.left]
    if not large.any():
        return pairs
    ends = pairs.left[large], pairs.right[large]
    tree = minimum_spanning_tree(coo_array((2 - pairs.similarity[large], ends), shape=(size, size)).tocsr()).tocoo()
    one, other = tree.row.astype(np.int64), tree.col.astype(np.int64)
    keep = ~large | np.isin(pairs.left * size + pairs.right, np.minimum(one, other) * size + np.maximum(one, other))
    return Pairs(pairs.left[keep], pairs.right[keep], pairs.similarity[keep])


def compared(texts: Sequence[str], left: Integers, right: Integers, threshold: float) -> Pairs:
    """Those of these pairs of places that are similar enough, left below right; no other text is looked at."""
    import numpy as np

    if not len(left):
        return gathered([])
    named, places = np.unique(np.concatenate([left, right]), return_inverse=True)
    shingles = shingle_sets([texts[place] for place in named.tolist()])
    score = _similarity(shingles, places[: len(left)], places[len(left) :])
    similar = score >= threshold
    return gathered([(left[similar], right[similar], score[similar])])


def gathered(found: list[tuple[Integers, Integers, Floats]]) -> Pairs:
    """Pairs from several looks, in order, each once."""
    import numpy as np

    if not found:
        return Pairs(np.empty(0, np.int64), np.empty(0, np.int64), np.empty(0))
    one, other, score = (np.concatenate(column) for column in zip(*found, strict=True))
    left, right = np.minimum(one, other), np.maximum(one, other)
    order = np.lexsort((right, left))
    again = (np.diff(left[order], prepend=-1) == 0) & (np.diff(right[order], prepend=-1) == 0)
    order = order[~again]
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
