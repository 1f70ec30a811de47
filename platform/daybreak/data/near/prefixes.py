"""Which texts may be similar at low thresholds: those that share one of their rarest shingles. Nothing is missed."""

from __future__ import annotations

from collections.abc import Iterator
from math import ceil
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import numpy as np

    from daybreak.data.near.grams import Shingles

    Integers = np.ndarray[Any, np.dtype[np.int64]]

BLOCK = 2000  # texts joined at a time; bounds memory
CROWD = 100  # texts of one side from which on they are not joined with one another
ROUNDING = 1e-9  # filters forgive what floating point adds to threshold x size; the verification does not


def candidates(
    shingles: Shingles, threshold: float, sides: Integers | None = None
) -> Iterator[tuple[Integers, Integers]]:
    """Blocks of (left, right), left < right: a superset of the pairs at or above the threshold, none twice.

    With `sides`, only pairs whose sides differ.

    Texts stand in ascending order of size. Two texts that are similar enough share one of their rarest grams
    (Chaudhuri, Ganti and Kaushik, ICDE 2006; Bayardo, Ma and Srikant, WWW 2007).
    """
    import numpy as np

    sizes = shingles.sizes
    prefixes = _prefixes(_matrix(shingles), sizes, threshold)
    for start in range(0, len(sizes), BLOCK):
        stop = min(start + BLOCK, len(sizes))
        limit = ceil(sizes[stop - 1] / threshold + ROUNDING)
        last = int(np.searchsorted(sizes, limit, side="right"))
        for rows, columns in _across(start, stop, last, sides):
            shared = (prefixes[rows] @ prefixes[columns].T).tocoo()
            left, right = rows[shared.row], columns[shared.col]
            keep = (left < right) & (sizes[left] >= threshold * sizes[right] - ROUNDING)
            if sides is not None:
                keep &= sides[left] != sides[right]
            yield left[keep], right[keep]


def _across(start: int, stop: int, last: int, sides: Integers | None) -> Iterator[tuple[Integers, Integers]]:
    """The texts of a block and those they are joined with: of a side with many, only those of other sides."""
    import numpy as np

    rows, columns = np.arange(start, stop), np.arange(start, last)
    if sides is None:
        yield rows, columns
        return
    names, counts = np.unique(sides[columns], return_counts=True)
    many = names[counts > CROWD]
    yield rows[~np.isin(sides[rows], many)], columns
    for side in many:
        yield rows[sides[rows] == side], columns[sides[columns] != side]


def _matrix(shingles: Shingles) -> Any:
    """Texts x grams, sparse 0/1; the rarest gram has the lowest column, columns ascend within a row."""
    import numpy as np
    from scipy.sparse import csr_array

    _, columns, counts = np.unique(shingles.grams, return_inverse=True, return_counts=True)
    ranks = np.empty(len(counts), np.int64)
    ranks[np.argsort(counts, kind="stable")] = np.arange(len(counts))
    matrix = csr_array(
        (np.ones(len(columns), np.int64), ranks[columns], shingles.starts), shape=(len(shingles.sizes), len(counts))
    )
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
