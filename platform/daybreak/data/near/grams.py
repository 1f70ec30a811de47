"""Character n-grams of many texts at once, as a sparse matrix of counts."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Sequence
from functools import cache
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    import numpy as np

    Integers = np.ndarray[Any, np.dtype[np.int64]]
    Words = np.ndarray[Any, np.dtype[np.uint64]]

LONGEST = 3  # three code points of 21 bits fit into one 64-bit number
BITS = 21
PAST_UNICODE = (1 << BITS) - 1  # fills up shorter grams; no character has this code, so lengths never mix
BLOCK = 2048  # texts whose shingles are made at a time
BREAK = ord("\n")  # between texts: normalised ones have none
CHUNK = 1 << 22  # shingles that are moved or compared at a time; bounds memory


class Shingles(NamedTuple):
    """The sets of 3-grams of many texts: text i has `grams[starts[i]:starts[i + 1]]`, ascending, none twice.

    A gram is three numbers of `bits` bits, each the rank of a character among those that occur.
    """

    grams: Words
    starts: Integers
    bits: int

    @property
    def sizes(self) -> Integers:
        import numpy as np

        return np.diff(self.starts)


def normalise(text: str) -> str:
    """What is compared and counted: lower-cased text with white space collapsed."""
    return " ".join(text.lower().split())


def code_points(text: str, at_least: int = 0) -> Integers:
    """The code points of the normalised text, filled up to a length."""
    import numpy as np

    codes = np.frombuffer(normalise(text).encode("utf-32-le", "surrogatepass"), np.uint32)
    return np.concatenate([codes, np.full(max(0, at_least - len(codes)), PAST_UNICODE)]).astype(np.int64)


def shingle_sets(texts: Sequence[str], *, alphabet: bool = True) -> Shingles:
    """The set of 3-grams of each normalised text; a text shorter than three characters is its own only gram.

    Without an alphabet of their own, grams are made of code points, the same in every set of texts.
    """
    import numpy as np

    blocks = deque(codes(texts[start : start + BLOCK]) for start in range(0, len(texts), BLOCK))
    seen = np.full(1 << BITS, not alphabet)
    for points, _ in blocks:
        seen[points] = True
    ranks = np.cumsum(seen, dtype=np.uint64) - np.uint64(1)
    bits = int(ranks[-1]).bit_length()
    grams, starts = np.empty(sum(len(points) for points, _ in blocks), np.uint64), [np.zeros(1, np.int64)]
    while blocks:
        points, lengths = blocks.popleft()
        found, sizes = _distinct(ranks[points], lengths, bits)
        starts.append(starts[-1][-1] + np.cumsum(sizes))
        grams[starts[-2][-1] : starts[-1][-1]] = found
    return Shingles(grams[: starts[-1][-1]], np.concatenate(starts), bits)


def chunks(sizes: Integers, most: int = CHUNK) -> list[tuple[int, int]]:
    """Consecutive ranges with at most `most` members (one at least) and about CHUNK shingles in all."""
    import numpy as np

    chunks, first, ends = [], 0, np.cumsum(sizes)
    while first < len(sizes):
        before = int(ends[first - 1]) if first else 0
        last = int(np.searchsorted(ends, before + CHUNK, side="right"))
        chunks.append((first, min(max(first + 1, last), first + most)))
        first = chunks[-1][1]
    return chunks


def codes(texts: Sequence[str]) -> tuple[Integers, Integers]:
    """The code points of the normalised texts on end, and how many each has; filled up to a gram."""
    import numpy as np

    points, real = _normal(texts)
    lengths = np.maximum(real, LONGEST)
    if len(points) == lengths.sum():
        return points, lengths
    filled = np.full(lengths.sum(), PAST_UNICODE, np.int32)
    gaps = np.repeat(np.cumsum(lengths - real) - (lengths - real), real)
    filled[np.arange(len(gaps)) + gaps] = points
    return filled, lengths


def _normal(texts: Sequence[str]) -> tuple[Integers, Integers]:
    """The code points of the normalised texts on end, and how many each has.

    All at once where they are lines with single blanks within: a call a text costs more than all that is done with it.
    """
    import numpy as np

    points = _points("\n".join(texts).lower())
    space = np.flatnonzero(_is_space()[points])
    breaks = points[space] == BREAK
    beside = (np.diff(space, prepend=-1) == 1) | (np.diff(space, append=len(points)) == 1)
    if breaks.sum() != len(texts) - 1 or not np.isin(points[space], (BREAK, ord(" "))).all() or beside.any():
        points = _points("\n".join(map(normalise, texts)))
        space = np.flatnonzero(points == BREAK)
    else:
        space = space[breaks]
    return np.delete(points, space), np.diff(space, prepend=-1, append=len(points)) - 1


def _points(text: str) -> Integers:
    import numpy as np

    return np.frombuffer(text.encode("utf-32-le", "surrogatepass"), np.int32)


@cache
def _is_space() -> Any:
    """By code point, whether str.split() splits there; the last one that it does is the ideographic space."""
    import numpy as np

    found = np.zeros(1 << BITS, bool)
    found[[code for code in range(ord("\u3000") + 1) if chr(code).isspace()]] = True
    return found


def _distinct(codes: Words, lengths: Integers, bits: int) -> tuple[Words, Integers]:
    """The distinct grams of each text, ascending, and how many each has; sorted as one number with the text's place."""
    import numpy as np

    width = np.uint64(LONGEST * bits)
    room = max(1, 1 << (64 - LONGEST * bits))  # texts whose places fit beside a gram
    found, sizes = [], []
    ends = np.cumsum(lengths)
    for start in range(0, len(lengths), room):
        stop = min(start + room, len(lengths))
        within = codes[ends[start] - lengths[start] : ends[stop - 1]]
        places = np.repeat(np.arange(stop - start, dtype=np.uint64), lengths[start:stop])
        grams = within[:-2] << np.uint64(2 * bits) | within[1:-1] << np.uint64(bits) | within[2:]
        keys = (places[2:] << width | grams)[places[2:] == places[:-2]]
        keys.sort()
        keys = keys[np.concatenate(([True], keys[1:] != keys[:-1]))]
        found.append(keys & ((np.uint64(1) << width) - np.uint64(1)))
        sizes.append(np.bincount((keys >> width).astype(np.int64), minlength=stop - start))
    return np.concatenate(found), np.concatenate(sizes)


def count_matrix(texts: Sequence[Integers], lengths: Iterable[int]) -> Any:
    """Texts x grams, sparse counts of the n-grams of these lengths (1..3); columns ascend within a row."""
    return counted(texts, lengths)[0]


def counted(texts: Sequence[Integers], lengths: Iterable[int]) -> tuple[Any, Integers]:
    """What `count_matrix` gives, and the number of the gram of each column, ascending."""
    import numpy as np
    from scipy.sparse import csr_array

    documents, grams = (np.concatenate(parts) for parts in zip(*(_ngrams(texts, n) for n in lengths), strict=True))
    names, columns = np.unique(grams, return_inverse=True)
    cells = np.sort(documents * len(names) + columns)
    firsts = np.flatnonzero(np.diff(cells, prepend=-1))
    rows, columns = np.divmod(cells[firsts], max(1, len(names)))
    starts = np.concatenate(([0], np.cumsum(np.bincount(rows, minlength=len(texts)))))
    counts = np.diff(firsts, append=len(cells))
    narrow = np.int32 if len(cells) < 2**31 else np.int64  # half the memory to move, a quarter of the fit's time
    shape = (len(texts), len(names))
    return csr_array((counts, columns.astype(narrow), starts.astype(narrow)), shape=shape), names


def _ngrams(texts: Sequence[Integers], length: int) -> tuple[Integers, Integers]:
    """(position of the text, gram as one number) for every n-gram of every text, repeats included."""
    import numpy as np

    flat = np.concatenate(texts)
    documents = np.repeat(np.arange(len(texts)), [len(codes) for codes in texts])
    starts = np.flatnonzero(documents[: len(documents) - length + 1] == documents[length - 1 :])
    grams = np.zeros(len(starts), np.int64)
    for offset in range(LONGEST):
        grams = (grams << BITS) | (flat[starts + offset] if offset < length else PAST_UNICODE)
    return documents[starts], grams
