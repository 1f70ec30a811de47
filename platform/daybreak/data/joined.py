"""The near-duplicates of a run before, by what texts say, so that only new texts need to be compared with all."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from daybreak.data import asking, similarity
from daybreak.data.memo import Memo
from daybreak.data.similarity import Pairs

if TYPE_CHECKING:
    import numpy as np
    import pyarrow as pa

    Integers = np.ndarray[Any, np.dtype[np.int64]]
    Words = np.ndarray[Any, np.dtype[np.uint64]]

NEW = 0.1  # share of texts that are new up to which asking costs less than joining everything


class _Texts(NamedTuple):
    """The digest of each text in two halves, and its side; only the first half gives an order."""

    high: Words
    low: Words
    sides: Integers

    def at(self, places: Integers) -> _Texts:
        return _Texts(self.high[places], self.low[places], self.sides[places])


def tying_pairs(root: Path, texts: Sequence[str], threshold: float) -> Pairs:
    """What similarity.tying_pairs finds. Where a family is so large that its pairs are not all told, all is joined."""

    def ask(new: Integers, before: Pairs) -> Pairs | None:
        found = asking.pairs_of(texts, new, threshold)
        merged = None if found is None else _merged(before, found)
        return None if merged is None or _has_large_family(len(texts), merged) else merged

    memo, named = Memo(root, "tying", threshold), _named(texts)
    # of a large family only a tree is told, and what is left of a tree is none
    return _incrementally(memo, named, ask, lambda: similarity.tying_pairs(texts, threshold), _is_whole)


def highest_across(root: Path, texts: Sequence[str], sides: Sequence[int], start: float) -> Pairs:
    """What similarity.highest_across finds: a text that is still there on its side needs no new look at the others."""
    import numpy as np

    side = np.asarray(sides, np.int64)

    def ask(new: Integers, before: Pairs) -> Pairs | None:
        if not len(before.similarity):
            return None
        found = asking.pairs_of(texts, new, float(before.similarity[0]), side)
        return None if found is None else similarity.highest(_merged(before, found))

    memo, named = Memo(root, "across", start), _named(texts, side)
    return _incrementally(memo, named, ask, lambda: similarity.highest_across(texts, sides, start))


def _incrementally(
    memo: Memo,
    texts: _Texts,
    ask: Callable[[Integers, Pairs], Pairs | None],
    join: Callable[[], Pairs],
    whole: Callable[[int, Pairs], bool] = lambda size, pairs: True,
) -> Pairs:
    """The pairs known of texts that are still there and those that new texts bring; else, those of a whole join.

    `ask` is told the places of the new texts and the known pairs, and may say None; `whole` says whether what is known
    of so many texts is all there was to know.
    """
    import numpy as np

    order = np.argsort(texts.high, kind="stable")
    ordered, held = texts.at(order), memo.read()
    found = None
    if held is not None:
        before, pairs = _unpacked(held)
        is_new = _is_new(before, ordered)
        if whole(len(before.high), pairs) and is_new.sum() <= NEW * len(order):
            found = ask(np.sort(order[is_new]), _still_there(before, pairs, ordered, order, is_new))
    done = join() if found is None else found
    if held is None or found is None or is_new.any():
        memo.write(_packed(ordered, order, done))
    return done


def _is_new(before: _Texts, ordered: _Texts) -> Any:
    """Which texts were not there, or not on this side; and those that stand there more than once."""
    import numpy as np

    new = np.zeros(len(ordered.high), bool)
    new[1:] = ordered.high[1:] == ordered.high[:-1]
    new[:-1] |= new[1:]
    if not len(before.high):
        return np.ones(len(new), bool)
    same = before.at(np.minimum(np.searchsorted(before.high, ordered.high), len(before.high) - 1))
    return new | (same.high != ordered.high) | (same.low != ordered.low) | (same.sides != ordered.sides)


def _still_there(before: _Texts, pairs: Pairs, ordered: _Texts, order: Integers, is_new: Any) -> Pairs:
    """The known pairs of two texts that are not new, by their places now."""
    import numpy as np

    if not len(pairs.left) or not len(order):
        return similarity.gathered([])
    ends, there = [], np.ones(len(pairs.left), bool)
    for side in (pairs.left, pairs.right):
        place = np.minimum(np.searchsorted(ordered.high, before.high[side]), len(order) - 1)
        there &= (ordered.high[place] == before.high[side]) & (ordered.low[place] == before.low[side]) & ~is_new[place]
        ends.append(order[place])
    there &= ends[0] != ends[1]  # two texts that said the same, of which one is left
    return similarity.gathered([(ends[0][there], ends[1][there], pairs.similarity[there])])


def _merged(one: Pairs, other: Pairs) -> Pairs:
    return similarity.gathered([(each.left, each.right, each.similarity) for each in (one, other)])


def _is_whole(size: int, pairs: Pairs) -> bool:
    return not _has_large_family(size, pairs)


def _has_large_family(size: int, pairs: Pairs) -> bool:
    import numpy as np

    return bool(np.bincount(similarity.components(size, pairs), minlength=1).max() > similarity.LARGEST)


def _named(texts: Sequence[str], sides: Integers | None = None) -> _Texts:
    import numpy as np

    digest = hashlib.blake2b
    found = b"".join([digest(text.encode("utf-8", "surrogatepass"), digest_size=16).digest() for text in texts])
    halves = np.frombuffer(found, np.uint64).reshape(-1, 2)
    high, low = (np.ascontiguousarray(half) for half in halves.T)
    return _Texts(high, low, np.zeros(len(high), np.int64) if sides is None else sides)


def _packed(ordered: _Texts, order: Integers, pairs: Pairs) -> pa.Table:
    """Texts as columns and, beside them, the pairs by the places of their texts in these."""
    import numpy as np
    import pyarrow as pa

    place = np.empty(len(order), np.int64)
    place[order] = np.arange(len(order))
    told = {"left": place[pairs.left], "right": place[pairs.right], "similarity": pairs.similarity}
    return pa.table(ordered._asdict()).replace_schema_metadata({name: each.tobytes() for name, each in told.items()})


def _unpacked(held: pa.Table) -> tuple[_Texts, Pairs]:
    import numpy as np

    told = held.schema.metadata
    left, right = (np.frombuffer(told[name], np.int64) for name in (b"left", b"right"))
    texts = _Texts(*(held[name].to_numpy() for name in _Texts._fields))
    return texts, Pairs(left, right, np.frombuffer(told[b"similarity"], np.float64))
