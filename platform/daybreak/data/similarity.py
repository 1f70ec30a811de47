"""Near-duplicates in any language: an exact self-join on the Jaccard similarity of character 3-grams."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from math import ceil
from typing import TYPE_CHECKING, Any, NamedTuple

from daybreak.data.grams import code_points, count_matrix, normalise

if TYPE_CHECKING:
    import numpy as np

    Integers = np.ndarray[Any, np.dtype[np.int64]]
    Floats = np.ndarray[Any, np.dtype[np.float64]]

GRAM = 3
BLOCK = 2000  # texts joined at a time; bounds memory
ROUNDING = 1e-9  # filters forgive what floating point adds to threshold x size; the verification does not


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

    A prefix-filtered join: two texts that are similar enough share one of their rarest grams (Chaudhuri, Ganti and
    Kaushik, ICDE 2006; Bayardo, Ma and Srikant, WWW 2007). Candidates are then verified exactly.
    """
    import numpy as np

    if not texts:
        return _pairs([])
    matrix = _shingle_matrix(texts)
    sizes = np.diff(matrix.indptr)
    order = np.argsort(sizes, kind="stable")
    matrix, sizes = matrix[order], sizes[order]
    side = None if sides is None else np.asarray(sides)[order]
    found = []
    for left, right in _candidates(_prefixes(matrix, sizes, threshold), sizes, threshold):
        keep = slice(None) if side is None else side[left] != side[right]
        found.append(_verified(matrix, sizes, left[keep], right[keep], threshold))
    return _pairs([(order[left], order[right], score) for left, right, score in found])


def highest_across(texts: Sequence[str], sides: Sequence[int], start: float) -> Pairs:
    """The most similar pair (exactly one; none if nothing is shared) with different sides.

    The join is exact at every threshold, so the first one with a pair, going down from `start`, holds the maximum.
    """
    threshold = start
    while True:
        pairs = similar_pairs(texts, threshold, sides)
        if len(pairs.similarity) or threshold <= ROUNDING:
            top = pairs.similarity.argsort(kind="stable")[-1:]
            return Pairs(pairs.left[top], pairs.right[top], pairs.similarity[top])
        threshold = max(threshold - 0.1, ROUNDING)


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


def _pairs(found: list[tuple[Integers, Integers, Floats]]) -> Pairs:
    import numpy as np

    if not found:
        return Pairs(np.empty(0, np.int64), np.empty(0, np.int64), np.empty(0))
    one, other, score = (np.concatenate(column) for column in zip(*found, strict=True))
    left, right = np.minimum(one, other), np.maximum(one, other)
    order = np.lexsort((right, left))
    return Pairs(left[order], right[order], score[order])


def _shingle_matrix(texts: Sequence[str]) -> Any:
    """Texts x grams, sparse 0/1; the rarest gram has the lowest column, columns ascend within a row."""
    import numpy as np

    matrix = count_matrix([code_points(text, at_least=GRAM) for text in texts], [GRAM])
    rank = np.empty(matrix.shape[1], np.int64)
    rank[np.argsort(np.bincount(matrix.indices), kind="stable")] = np.arange(len(rank))
    matrix.data = np.ones_like(matrix.data)
    matrix.indices = rank[matrix.indices].astype(matrix.indices.dtype)
    matrix.has_sorted_indices = False
    matrix.sort_indices()
    return matrix


def _prefixes(matrix: Any, sizes: Integers, threshold: float) -> Any:
    """The rarest `size - ceil(threshold x size) + 1` grams of each text: similar texts share at least one of them."""
    import numpy as np
    from scipy.sparse import csr_array

    shared = np.maximum(1, np.ceil(threshold * sizes - ROUNDING)).astype(np.int64)
    lengths = sizes - shared + 1
    places = np.arange(len(matrix.indices)) - np.repeat(matrix.indptr[:-1], sizes)
    keep = places < np.repeat(lengths, sizes)
    starts = np.concatenate(([0], np.cumsum(lengths)))
    return csr_array((matrix.data[keep], matrix.indices[keep], starts), shape=matrix.shape)


def _candidates(prefixes: Any, sizes: Integers, threshold: float) -> Iterator[tuple[Integers, Integers]]:
    """Pairs that share a prefix gram and whose sizes allow the threshold; texts stand in ascending order of size."""
    import numpy as np

    for start in range(0, len(sizes), BLOCK):
        stop = min(start + BLOCK, len(sizes))
        limit = ceil(sizes[stop - 1] / threshold + ROUNDING)
        last = int(np.searchsorted(sizes, limit, side="right"))
        shared = (prefixes[start:stop] @ prefixes[start:last].T).tocoo()
        left, right = shared.row.astype(np.int64) + start, shared.col.astype(np.int64) + start
        keep = (left < right) & (sizes[left] >= threshold * sizes[right] - ROUNDING)
        yield left[keep], right[keep]


def _verified(
    matrix: Any, sizes: Integers, left: Integers, right: Integers, threshold: float
) -> tuple[Integers, Integers, Floats]:
    import numpy as np

    scores = [np.empty(0)]
    for start in range(0, len(left), 20 * BLOCK):
        one, other = left[start : start + 20 * BLOCK], right[start : start + 20 * BLOCK]
        shared = matrix[one].multiply(matrix[other]).sum(axis=1)
        scores.append(shared / (sizes[one] + sizes[other] - shared))
    score = np.concatenate(scores)
    keep = score >= threshold
    return left[keep], right[keep], score[keep]
