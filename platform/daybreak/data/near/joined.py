"""The near-duplicates of a run before, by what texts say, so that only new texts need to be compared with all."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from daybreak.data.near import asking, similarity
from daybreak.data.near.similarity import Pairs
from daybreak.data.remembering.memo import Memo

if TYPE_CHECKING:
    import numpy as np
    import pyarrow as pa

    Integers = np.ndarray[Any, np.dtype[np.int64]]
    Words = np.ndarray[Any, np.dtype[np.uint64]]

NEAR = 0.05  # how far below the threshold of dedupe stage split may still ask along
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

    memo, asked, named = Memo(root, "tying", threshold), Memo(root, "asked", threshold), _named(texts)
    asked.drop()  # it is of these texts, or of none

    def ask(new: Integers, before: Pairs) -> Pairs | None:
        low = _wanted_next(root, threshold)
        met = asking.pairs_of(texts, new, low)
        if met is None:
            return None
        _remember_asked(asked, named, new, low, met)
        merged = _merged(before, _at_least(met, threshold))
        return None if _has_large_family(len(texts), merged) else merged

    # of a large family only a tree is told, and what is left of a tree is none
    return _incrementally(memo, named, ask, lambda: similarity.tying_pairs(texts, threshold), _is_whole)


def highest_across(root: Path, texts: Sequence[str], sides: Sequence[int], start: float) -> Pairs:
    """What similarity.highest_across finds: a text that is still there on its side needs no new look at the others."""
    import numpy as np

    side = np.asarray(sides, np.int64)
    memo, named = Memo(root, "across", start), _named(texts, side)

    def ask(new: Integers, before: Pairs) -> Pairs | None:
        if not len(before.similarity):
            return None
        low = float(before.similarity[0])
        found = _asked(Memo(root, "asked", start), named, new, low)
        found = asking.pairs_of(texts, new, low, side) if found is None else found
        return None if found is None else similarity.highest(_merged(before, found))

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


def _wanted_next(root: Path, threshold: float) -> float:
    """The similarity that stage split will ask new texts at, if that is near enough to do both in one reading."""
    held = Memo(root, "across", threshold).read()
    if held is None or not len(highest := _unpacked(held)[1].similarity):
        return threshold
    return min(float(highest[0]), threshold) if highest[0] > threshold - NEAR else threshold


def _remember_asked(memo: Memo, texts: _Texts, new: Integers, low: float, met: Pairs) -> None:
    """Which texts were asked, at which similarity, and what they met."""
    import numpy as np

    places = np.unique(np.concatenate([new, met.left, met.right]))
    told = texts.at(places)._replace(sides=np.isin(places, new).astype(np.int64))
    order = np.argsort(told.high, kind="stable")
    left, right = (np.searchsorted(places, side) for side in (met.left, met.right))
    table = _packed(told.at(order), order, Pairs(left, right, met.similarity))
    memo.write(table.replace_schema_metadata({**table.schema.metadata, b"low": repr(low)}))


def _asked(memo: Memo, texts: _Texts, new: Integers, low: float) -> Pairs | None:
    """The pairs of different sides that the new texts are in, if stage dedupe has asked all of them; else None."""
    import numpy as np

    held = memo.read()
    if held is None or not len(held) or float(held.schema.metadata[b"low"]) > low:
        return None
    before, pairs = _unpacked(held)
    order = np.argsort(texts.high, kind="stable")
    ordered, place = texts.at(order), np.searchsorted(before.high, texts.high[new])
    place = np.minimum(place, len(before.high) - 1)
    asked = (before.high[place] == texts.high[new]) & (before.low[place] == texts.low[new]) & (before.sides[place] == 1)
    if not asked.all() or (ordered.high[1:] == ordered.high[:-1]).any():
        return None
    found = _at_least(_still_there(before, pairs, ordered, order, np.zeros(len(order), bool)), low)
    across = texts.sides[found.left] != texts.sides[found.right]
    return Pairs(found.left[across], found.right[across], found.similarity[across])


def _at_least(pairs: Pairs, threshold: float) -> Pairs:
    enough = pairs.similarity >= threshold
    return Pairs(pairs.left[enough], pairs.right[enough], pairs.similarity[enough])


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
