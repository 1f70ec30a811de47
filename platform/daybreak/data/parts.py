"""Which texts may be near-duplicates: those that agree in a whole part of their shingles. Nothing is missed."""

from __future__ import annotations

from collections.abc import Iterator
from math import ceil, floor
from typing import TYPE_CHECKING, Any, NamedTuple

from daybreak.data.grams import Shingles, chunks

if TYPE_CHECKING:
    import numpy as np

    Integers = np.ndarray[Any, np.dtype[np.int64]]
    Words = np.ndarray[Any, np.dtype[np.uint64]]

WIDTH = 1.1  # largest size over smallest size of the texts that are partitioned alike
SPARE = 0.5  # parts beyond those that the differences can spoil, as a share of the differences
MIX = 0x9E3779B97F4A7C15  # odd, close to 2^64 over the golden ratio
WORDS = 4  # of 64 bits: sketch of a text
ROUNDING = 1e-9


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


def candidates(shingles: Shingles, threshold: float) -> Iterator[tuple[Integers, Integers]]:
    """Blocks of (left, right), left < right: a superset of the pairs at or above the threshold, none twice.

    Texts stand in ascending order of size. Partitioned by the hash of a shingle into more parts than two similar texts
    have differences, the two agree in some part (pigeonhole; Arasu, Ganti and Kaushik, VLDB 2006). With spare parts a
    text may ignore as many parts as there are spare ones: the ones that it shares with most others. What is left meets
    a sketch, whose distance never exceeds the number of differences.
    """
    import numpy as np

    sizes, sketches = shingles.sizes, _sketches(shingles)
    for band in _bands(sizes, threshold):
        found = [np.empty(0, np.int64)]
        for left, right in _colliding(shingles, band):
            keep = _near(sketches, sizes, left, right, threshold)
            found.append(left[keep] * len(sizes) + right[keep])
        left, right = np.divmod(np.unique(np.concatenate(found)), len(sizes))
        yield left, right


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


def _colliding(shingles: Shingles, band: Band) -> Iterator[tuple[Integers, Integers]]:
    """Pairs of texts of a band that agree in a part which the smaller one does not ignore."""
    import numpy as np

    count, spare = band.stop - band.start, ceil(band.differences * SPARE)
    runs = _sorted(_parts(shingles, band, band.differences + 1 + spare))
    at = np.flatnonzero(_asking(runs, band.probes - band.start, count, spare)[runs.parts])
    places = runs.parts % count + band.start
    for distance in range(1, len(places)):
        at = at[: np.searchsorted(at, len(places) - distance)]
        at = at[runs.keys[at] == runs.keys[at + distance]]
        if not len(at):
            break
        yield places[at], places[at + distance]


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
