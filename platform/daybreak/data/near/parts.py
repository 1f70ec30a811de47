"""Which texts may be near-duplicates: those that agree in a whole part of their shingles. Nothing is missed."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import islice
from math import ceil, floor
from typing import TYPE_CHECKING, Any, NamedTuple

from daybreak.data.near.grams import Shingles, chunks

if TYPE_CHECKING:
    import numpy as np

    Integers = np.ndarray[Any, np.dtype[np.int64]]
    Words = np.ndarray[Any, np.dtype[np.uint64]]

WIDTH = 1.1  # largest size over smallest size of the texts that are partitioned alike
SPARE = 0.5  # parts beyond those that the differences can spoil, as a share of the differences
MIX = 0x9E3779B97F4A7C15  # odd, close to 2^64 over the golden ratio
WORDS = 4  # of 64 bits: sketch of a text
ROUNDING = 1e-9
CROWD = 100  # texts that agree in a part from which on they may be one family
STRIDES = (1, 2, 4, 8)  # members of a crowd that are compared first
MEETINGS = 32  # members of its crowd that each text outside of the family is compared with next
BATCH = 1 << 20  # candidates gathered at a time; bounds memory


class Band(NamedTuple):
    """Texts `start:stop` (smallest first) whose sizes allow a match with one of `start:probes`."""

    start: int
    probes: int
    stop: int
    differences: int  # shingles that are in one of two similar texts but not in the other, at the most


class Runs(NamedTuple):
    """The parts of a band's texts in the order of their hash: equal ones stand together, smaller texts first."""

    keys: Words
    parts: Integers  # part x texts of the band + place of the text

    @property
    def firsts(self) -> Integers:
        import numpy as np

        return np.flatnonzero(np.concatenate(([True], self.keys[1:] != self.keys[:-1])))


class Agreeing(NamedTuple):
    """Parts that texts of a band share: the text's place in the band, and whether it looks for others there.

    Those that share a part stand together, smaller texts first; `lengths` has how many they are.
    """

    places: Integers
    asking: Any
    lengths: Integers

    @property
    def crowded(self) -> bool:
        return bool(self.lengths.max(initial=0) > CROWD)


def candidates(
    shingles: Shingles, threshold: float, sides: Integers | Callable[[], Integers | None] | None = None
) -> Iterator[tuple[Integers, Integers]]:
    """Blocks of (left, right), left < right: a superset of the pairs at or above the threshold, none twice in a block.

    With `sides`, only pairs whose sides differ. Where they are a function, a few pairs of each crowd come first, so
    that whoever verifies them can say which texts are of one family and need not be compared further.

    Texts stand in ascending order of size. Partitioned by the hash of a shingle into more parts than two similar texts
    have differences, the two agree in some part (pigeonhole; Arasu, Ganti and Kaushik, VLDB 2006). With spare parts a
    text may ignore as many parts as there are spare ones: the ones that it shares with most others. What is left meets
    a sketch, whose distance never exceeds the number of differences.
    """

    sizes, sketches = shingles.sizes, _sketches(shingles)
    side = None if callable(sides) else sides
    for band in _bands(sizes, threshold):
        agreeing = _agreeing(shingles, band)
        if callable(sides) and agreeing.crowded:
            yield from _batches(_neighbours(agreeing), band, sizes, sketches, threshold)
            side = sides()
            if side is not None:
                few = islice(_colliding(agreeing, side[band.start : band.stop]), MEETINGS)
                yield from _batches(few, band, sizes, sketches, threshold)
                side = sides()
        colliding = _colliding(agreeing, None if side is None else side[band.start : band.stop])
        yield from _batches(colliding, band, sizes, sketches, threshold)


def _batches(
    blocks: Iterator[tuple[Integers, Integers]], band: Band, sizes: Integers, sketches: Words, threshold: float
) -> Iterator[tuple[Integers, Integers]]:
    """Those of a band's pairs whose sketches allow them, a bounded number at a time."""
    import numpy as np

    found: list[Integers] = []
    held = 0
    for one, other in blocks:
        left, right = one + band.start, other + band.start
        keep = _near(sketches, sizes, left, right, threshold)
        found.append(left[keep] * len(sizes) + right[keep])
        held += len(found[-1])
        if held >= BATCH:
            yield np.divmod(np.unique(np.concatenate(found)), len(sizes))
            found, held = [], 0
    if held:
        yield np.divmod(np.unique(np.concatenate(found)), len(sizes))


def allowed(one: Any, other: Any, threshold: float) -> Any:
    """Differences that two sets of these sizes can have at the threshold: |A| + |B| - 2 |A and B|; negative: none."""
    import numpy as np

    total = one + other
    return total - 2 * np.ceil(threshold / (1 + threshold) * total - ROUNDING).astype(np.int64)


def _bands(sizes: Integers, threshold: float) -> Iterator[Band]:
    import numpy as np

    start = 0
    while start < len(sizes):
        smallest = int(sizes[start])
        largest = max(smallest, floor(smallest * WIDTH))
        probes, stop = np.searchsorted(sizes, [largest, floor(largest / threshold + ROUNDING)], side="right").tolist()
        totals = np.arange(2 * smallest, largest + int(sizes[stop - 1]) + 1)
        yield Band(start, probes, stop, max(0, int(allowed(totals, 0, threshold).max())))
        start = probes


def _agreeing(shingles: Shingles, band: Band) -> Agreeing:
    import numpy as np

    count, spare = band.stop - band.start, ceil(band.differences * SPARE)
    runs = _sorted(_parts(shingles, band, band.differences + 1 + spare))
    asking = _asking(runs, band.probes - band.start, count, spare)
    lengths = np.diff(runs.firsts, append=len(runs.keys))
    parts = runs.parts[np.repeat(lengths > 1, lengths)]
    return Agreeing(parts % count, asking[parts], lengths[lengths > 1])


def _neighbours(agreeing: Agreeing) -> Iterator[tuple[Integers, Integers]]:
    """A few pairs of each member of a crowd: enough to tie a family together, if it is one."""
    import numpy as np

    crowds = agreeing.lengths[agreeing.lengths > CROWD]
    places = agreeing.places[np.repeat(agreeing.lengths > CROWD, agreeing.lengths)]
    ends = np.repeat(np.cumsum(crowds), crowds)
    for stride in STRIDES:
        at = np.flatnonzero(np.arange(stride, len(ends) + stride) < ends)
        left, right = places[at], places[at + stride]
        yield left[left < right], right[left < right]


def _colliding(agreeing: Agreeing, side: Integers | None) -> Iterator[tuple[Integers, Integers]]:
    """Pairs of texts of a band, of different sides, that agree in a part which the smaller one does not ignore.

    A text meets those that share its part one after another, but for some: the ones before it or, with sides, the block
    of its own side.
    """
    import numpy as np

    places, asking = agreeing.places, agreeing.asking
    length = np.repeat(agreeing.lengths, agreeing.lengths)
    first = np.repeat(np.cumsum(agreeing.lengths) - agreeing.lengths, agreeing.lengths)
    if side is None:
        block, skipped = first, np.arange(1, len(first) + 1) - first
    else:
        order = np.lexsort((side[places], first))
        places, asking = places[order], asking[order]
        starts = np.flatnonzero((np.diff(side[places], prepend=-1) != 0) | (np.diff(first, prepend=-1) != 0))
        widths = np.diff(starts, append=len(places))
        block, skipped = np.repeat(starts, widths), np.repeat(widths, widths)
    at, met = np.flatnonzero(asking & (length > skipped)), 0
    while len(at):
        other = first[at] + met
        other += np.where(other >= block[at], skipped[at], 0)
        left, right = places[at], places[other]
        yield left[left < right], right[left < right]
        met += 1
        at = at[length[at] - skipped[at] > met]


def _parts(shingles: Shingles, band: Band, parts: int) -> Words:
    """Parts x texts of a band, flat: the sum of the hashes of those shingles of a text that fall into a part."""
    import numpy as np

    count = band.stop - band.start
    sums = np.repeat(np.arange(parts, dtype=np.uint64), count)
    for first, last in chunks(shingles.sizes[band.start : band.stop]):
        hashes, places = _hashes(shingles, band.start + first, band.start + last)
        part = ((hashes >> np.uint64(32)) * np.uint64(parts) >> np.uint64(32)).astype(np.int64)
        np.add.at(sums, part * count + places + first, hashes)
    sums *= np.uint64(MIX)
    return sums


def _sorted(parts: Words) -> Runs:
    """Sorts in place by the hash, less the low bits that the number of the part takes: more candidates, none fewer."""
    import numpy as np

    bits = np.uint64(len(parts).bit_length())
    low = (np.uint64(1) << bits) - np.uint64(1)
    parts &= ~low
    parts |= np.arange(len(parts), dtype=np.uint64)
    parts.sort()
    return Runs(parts >> bits, (parts & low).view(np.int64))


def _asking(runs: Runs, probes: int, count: int, spare: int) -> Any:
    """Which parts look for others: of each probe all but the `spare` ones that it shares with most texts."""
    import numpy as np

    asks = np.zeros((len(runs.parts) // count, count), bool)
    lengths = np.diff(runs.firsts, append=len(runs.keys))
    crowds = np.empty(asks.size, np.int32)
    crowds[runs.parts] = np.repeat(lengths, lengths)
    crowds = crowds.reshape(asks.shape)[:, :probes]
    busy = np.flatnonzero((crowds > 1).any(axis=0))
    asks[:, busy] = True
    if spare:
        asks[np.argpartition(crowds[:, busy], -spare, axis=0)[-spare:], busy] = False
    return asks.ravel()


def _near(sketches: Words, sizes: Integers, left: Integers, right: Integers, threshold: float) -> Integers:
    """Which pairs' sketches differ in no more bits than the sets may differ in shingles."""
    import numpy as np

    near, distance, room = np.arange(len(left)), np.int64(0), allowed(sizes[left], sizes[right], threshold)
    for word in sketches:
        distance = distance + np.bitwise_count(word[left[near]] ^ word[right[near]])
        keep = distance <= room
        near, distance, room = near[keep], distance[keep], room[keep]
    return near


def _sketches(shingles: Shingles) -> Words:
    """Words x texts: a bit says whether an odd number of a text's shingles hash to it."""
    import numpy as np

    count = len(shingles.sizes)
    sketches = np.zeros(WORDS * count, np.uint64)
    for first, last in chunks(shingles.sizes):
        hashes, places = _hashes(shingles, first, last)
        word = (hashes & np.uint64(WORDS - 1)).astype(np.int64)
        bits = np.uint64(1) << (hashes >> np.uint64(8) & np.uint64(63))
        np.bitwise_xor.at(sketches, word * count + places + first, bits)
    return sketches.reshape(WORDS, count)


def _hashes(shingles: Shingles, start: int, stop: int) -> tuple[Words, Integers]:
    """A 64-bit hash of every shingle of a range of texts (MurmurHash3's finaliser, a bijection), and whose it is."""
    import numpy as np

    grams = shingles.grams[shingles.starts[start] : shingles.starts[stop]]
    mixed = grams ^ (grams >> np.uint64(33))
    for factor in (0xFF51AFD7ED558CCD, 0xC4CEB9FE1A85EC53):
        mixed *= np.uint64(factor)
        mixed ^= mixed >> np.uint64(33)
    return mixed, np.repeat(np.arange(stop - start), shingles.sizes[start:stop])
