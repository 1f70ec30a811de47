"""What was worked out for rows of an earlier preparation, looked up by id and taken if the whole row is the same."""

from __future__ import annotations

import json
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, Any

from daybreak.data import tables
from daybreak.data.remembering.memo import Draft, Memo

if TYPE_CHECKING:
    import numpy as np
    import pyarrow as pa

ASKED = ("text", "messages")  # what a row's treatment follows from; its id is where to look
TREATED = ("text", "messages", "identity", "language", "found", "refusals")
HELD: tables.Columns = {
    "id": "string",
    **{f"of_{name}": "string" for name in ASKED},
    **dict.fromkeys(TREATED, "string"),
}

# ids, texts and messages of rows to TREATED of each
Work = Callable[[Sequence[str], Sequence[str], Sequence[str]], Iterable[tuple[str, ...]]]


class Known:
    """The treated rows of the run before, and a draft of those of this one; rows come in the order of their ids.

    As a context it recalls and remembers; without, everything is worked out. A row longer than `longest` never is
    remembered, since what becomes of it is not a question of its content alone.
    """

    def __init__(self, root: Path, stage: str, *key: Any, longest: int) -> None:
        self._memo, self._longest = Memo(root, stage, *key), longest
        self._held: pa.Table | None = None
        self._draft: Draft | None = None
        self._stack = ExitStack()

    def __enter__(self) -> None:
        self._held = self._memo.read()
        self._draft = self._stack.enter_context(self._memo.draft(tables.schema(HELD, wide=True)))

    def __exit__(self, *error: Any) -> None:
        self._stack.__exit__(*error)

    def treated(self, rows: pa.RecordBatch, work: Work) -> Mapping[str, pa.Array]:
        """The columns TREATED of these rows."""
        import numpy as np
        import pyarrow as pa

        wide = {name: rows[name].cast(pa.large_string()) for name in ("id", *ASKED)}
        known, missing = self._recalled(wide)
        places = np.flatnonzero(missing)
        worked = _worked([wide[name].take(pa.array(places)).to_pylist() for name in wide], work)
        told = {name: _filled(known[name] if known else None, missing, worked[name]) for name in TREATED}
        self._remember(wide, told, new=len(places) > 0)
        return told

    def _recalled(self, rows: Mapping[str, pa.Array]) -> tuple[dict[str, pa.Array] | None, np.ndarray[Any, Any]]:
        """What is known of the rows, and which are not known."""
        import numpy as np
        import pyarrow.compute as pc

        nothing = None, np.ones(len(rows["id"]), bool)
        if self._held is None or not len(rows["id"]):
            return nothing
        ids = self._held["id"]
        first = bisect_left(range(len(ids)), rows["id"][0].as_py(), key=lambda place: ids[place].as_py())
        last = bisect_right(range(len(ids)), rows["id"][-1].as_py(), key=lambda place: ids[place].as_py())
        if first == last:
            return nothing
        near = self._held.slice(first, last - first).combine_chunks()
        found = near.take(pc.index_in(rows["id"], near["id"])).combine_chunks()
        same = [pc.fill_null(pc.equal(found[f"of_{name}"], rows[name]), False) for name in ASKED]
        missing = ~np.logical_and.reduce([each.to_numpy(zero_copy_only=False) for each in same])
        return {name: _whole(found[name]) for name in TREATED}, missing

    def _remember(self, rows: Mapping[str, pa.Array], told: Mapping[str, pa.Array], *, new: bool) -> None:
        import numpy as np
        import pyarrow as pa
        import pyarrow.compute as pc

        if self._draft is None:
            return
        columns = [*rows.values(), *(told[name] for name in TREATED)]
        batch = pa.RecordBatch.from_arrays(columns, schema=tables.schema(HELD, wide=True))
        again = np.zeros(len(batch), bool)
        again[1:] = np.logical_and.reduce(
            [
                pc.equal(each.slice(1), each.slice(0, len(each) - 1)).to_numpy(zero_copy_only=False)
                for each in rows.values()
            ]
        )
        short = pc.less_equal(pc.utf8_length(rows["text"]), self._longest).to_numpy(zero_copy_only=False)
        self._draft.write(batch.filter(pa.array(short & ~again)))
        if new:
            self._draft.keep()


def value(root: Path, stage: str, *key: Any, work: Callable[[], Any]) -> Any:
    """A JSON-able value that follows from `key`: remembered, or worked out and remembered."""
    import pyarrow as pa

    memo = Memo(root, stage, *key)
    held = memo.read()
    if held is not None:
        return json.loads(held["json"][0].as_py())
    found = work()
    memo.write(pa.table({"json": [json.dumps(found)]}))
    return found


def _worked(rows: list[list[str]], work: Work) -> dict[str, pa.Array]:
    import pyarrow as pa

    places = list(_numbered(zip(*rows, strict=True)))
    firsts = [place for place, number in enumerate(places) if not place or number != places[place - 1]]
    done = list(work(*([column[place] for place in firsts] for column in rows)))
    columns = zip(*(done[number] for number in places), strict=True) if done else [()] * len(TREATED)
    return {name: pa.array(each, pa.large_string()) for name, each in zip(TREATED, columns, strict=True)}


def _numbered(rows: Iterable[tuple[str, ...]]) -> Iterator[int]:
    """The number of each row, equal ones that follow one another counted once."""
    number, before = -1, None
    for row in rows:
        number += row != before
        before = row
        yield number


def _filled(known: pa.Array | None, missing: np.ndarray[Any, Any], worked: pa.Array) -> pa.Array:
    import pyarrow as pa
    import pyarrow.compute as pc

    return worked if known is None else pc.replace_with_mask(known, pa.array(missing), worked)


def _whole(column: pa.ChunkedArray) -> pa.Array:
    import pyarrow as pa

    return column.chunk(0) if column.num_chunks == 1 else pa.concat_arrays(column.chunks)
