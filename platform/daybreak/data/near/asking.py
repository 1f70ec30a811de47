"""Near-duplicates of a few texts among many, exactly: the many are read once, and no set is made of most of them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

from daybreak.data.near import grams, similarity
from daybreak.data.near.grams import BITS, LONGEST
from daybreak.data.near.similarity import Pairs

if TYPE_CHECKING:
    import numpy as np

    Integers = np.ndarray[Any, np.dtype[np.int64]]
    Words = np.ndarray[Any, np.dtype[np.uint64]]

MORE = 0.1  # grams beyond those that two similar texts may differ in, as a share of a text's: fewer pass by chance
SAMPLED = 16  # one block of so many is counted, to know which grams are rare
HASH_BITS = 22
MOST = 400_000_000  # meetings of texts in a gram; with more, joining everything anew is as quick
MIX = 0x9E3779B97F4A7C15
ROUNDING = 1e-9
BLOCK = 1 << 15  # texts read at a time


class _Probes(NamedTuple):
    """Grams to look for, ascending and distinct; of each asking text the places of its own, and how many it needs."""

    grams: Words
    owners: Any  # asking texts x grams, sparse 0/1
    needed: Integers


def pairs_of(texts: Sequence[str], asking: Integers, threshold: float, sides: Integers | None = None) -> Pairs | None:
    """Every pair with similarity >= `threshold` of which at least one text stands at a place in `asking`.

    With `sides`, only pairs whose sides differ. None where the texts have so much in common that nothing is gained.

    Two sets at the threshold share at least the share `threshold` of the one that asks, so of any of its grams beyond
    as many as may be missing the other one has the rest (Chaudhuri, Ganti and Kaushik, ICDE 2006). The rarest are
    looked for, and whoever has enough of them is compared exactly.
    """
    import numpy as np

    if not len(asking):
        return similarity.gathered([])
    sets = grams.shingle_sets([texts[place] for place in asking.tolist()], alphabet=False)
    probes = _probes(sets, _rarity(texts, sets.grams), threshold)
    met = _met(texts, probes, threshold * sets.sizes - ROUNDING)
    if met is None:
        return None
    one, other = asking[met[0]], met[1]
    keep = one != other if sides is None else sides[one] != sides[other]
    ends = np.stack([one[keep], other[keep]])
    left, right = np.divmod(_distinct(ends.min(axis=0) * len(texts) + ends.max(axis=0)), len(texts))
    return similarity.compared(texts, left, right, threshold)


def _probes(sets: grams.Shingles, rarity: Integers, threshold: float) -> _Probes:
    """Of each asking text the rarest grams: those that may be missing, and MORE."""
    import numpy as np
    from scipy.sparse import csr_array

    sizes = sets.sizes
    missing = sizes - np.maximum(1, np.ceil(threshold * sizes - ROUNDING)).astype(np.int64)
    counts = np.minimum(sizes, missing + 1 + (MORE * sizes).astype(np.int64))
    owner = np.repeat(np.arange(len(sizes)), sizes)
    order = np.lexsort((sets.grams, rarity, owner))
    taken = order[np.arange(len(order)) - np.repeat(sets.starts[:-1], sizes) < np.repeat(counts, sizes)]
    wanted = _distinct(sets.grams[taken])
    places = np.searchsorted(wanted, sets.grams[taken])
    starts = np.concatenate(([0], np.cumsum(counts)))
    shape = (len(sizes), len(wanted))
    return _Probes(wanted, csr_array((np.ones(len(places), np.int32), places, starts), shape=shape), counts - missing)


def _rarity(texts: Sequence[str], wanted: Words) -> Integers:
    """How often the hash of each gram occurs in a sample of the texts: any order would do, this one finds least."""
    import numpy as np

    sample = np.concatenate([_hashed(found) for found, _, _ in _read(texts, step=SAMPLED)])
    counts: Integers = np.bincount(sample, minlength=1 << HASH_BITS)[_hashed(wanted)]
    return counts


def _met(texts: Sequence[str], probes: _Probes, fewest: Any) -> tuple[Integers, Integers] | None:
    """(number of an asking text, place of a text) where the latter has as many of its probes as it needs.

    And windows enough: similar texts have grams in like number, of which each needs one.
    """
    import numpy as np

    wanted = np.zeros(1 << HASH_BITS, bool)
    wanted[_hashed(probes.grams)] = True
    askers, meetings = np.diff(probes.owners.tocsc().indptr), 0
    one, other, start = [], [], 0
    for found, inside, lengths in _read(texts):
        held = _held(probes.grams, found, wanted[_hashed(found)] & inside, lengths)
        meetings += int(askers @ np.diff(held.indptr))
        if meetings > MOST:
            return None
        shared = (probes.owners @ held).tocoo()
        row, column = shared.row.astype(np.int64), shared.col.astype(np.int64)
        enough = (shared.data >= probes.needed[row]) & ((lengths - LONGEST + 1)[column] >= fewest[row])
        one.append(row[enough])
        other.append(column[enough] + start)
        start += len(lengths)
    return np.concatenate(one), np.concatenate(other)


def _held(wanted: Words, found: Words, likely: Any, lengths: Integers) -> Any:
    """Wanted grams x texts of a block, sparse 0/1; only the likely ones of the windows are looked at."""
    import numpy as np
    from scipy.sparse import csr_array

    hit = np.flatnonzero(likely)
    place = np.minimum(np.searchsorted(wanted, found[hit]), len(wanted) - 1)
    real = wanted[place] == found[hit]
    owner = np.searchsorted(np.cumsum(lengths), hit[real], side="right")
    once = _distinct(place[real] * len(lengths) + owner)
    cells = once // len(lengths), once % len(lengths)
    return csr_array((np.ones(len(once), np.int32), cells), shape=(len(wanted), len(lengths)))


def _read(texts: Sequence[str], step: int = 1) -> Iterator[tuple[Words, Any, Integers]]:
    """All windows of a block of texts, which of them lie within one text, and how many characters each text has."""
    for start in range(0, len(texts), BLOCK * step):
        codes, lengths = grams.codes(texts[start : start + BLOCK])
        wide = codes.astype("uint64")
        found = wide[:-2] << (2 * BITS) | wide[1:-1] << BITS | wide[2:]
        yield found, _inside(lengths), lengths


def _inside(lengths: Integers) -> Any:
    """Which windows of so many characters lie within one text."""
    import numpy as np

    inside = np.ones(lengths.sum() - LONGEST + 1, bool)
    ends = np.cumsum(lengths)[:-1]
    for back in range(1, LONGEST):
        inside[ends - back] = False
    return inside


def _hashed(found: Words) -> Integers:
    import numpy as np

    return (found * np.uint64(MIX) >> np.uint64(64 - HASH_BITS)).view(np.int64)


def _distinct(values: Any) -> Any:
    """The different values, ascending; sorted, which here is quicker than numpy's hashing."""
    import numpy as np

    ordered = np.sort(values)
    return ordered[np.concatenate(([True], ordered[1:] != ordered[:-1]))] if len(ordered) else ordered
