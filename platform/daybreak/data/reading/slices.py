"""Columns that rows are assessed by: what a row says in them, and whether they tell groups apart at all."""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from daybreak.errors import DataError

if TYPE_CHECKING:
    import pyarrow as pa

MISSING = "(missing)"
"""The group of the rows that say nothing: a group like any other, so that nobody is dropped."""

MOST, MOST_NUMBERS = 50, 12
"""Groups of a column, and of one that holds nothing but numbers: years of age are no groups, months of a year are."""


def told(values: Mapping[str, Any], name: str, plain: Callable[[Any, str, str], str]) -> str:
    """A row's slices as JSON, "" without any column; null for a missing value, which thereby sorts behind all others.

    Raises DataError for a value that is a list: a row is of one group a column.
    """
    if not values:
        return ""
    for column, value in values.items():
        if isinstance(value, list | tuple | dict):
            found = f"column {column!r} of {name} holds a list"
            raise DataError(found, "one group a row, as text", "Write a column of yes and no for each of its values")
    said = {column: plain(value, name, column).strip() or None for column, value in values.items()}
    return json.dumps(said, ensure_ascii=False, sort_keys=True)


def unsaid(columns: Iterable[str]) -> str:
    """The slices of a row whose source has none of these columns."""
    return told(dict.fromkeys(columns), "", lambda *_: "")


def groups_of(slices: str) -> dict[str, str]:
    """A row's group by column."""
    found: Mapping[str, str | None] = json.loads(slices) if slices else {}
    return {column: MISSING if value is None else value for column, value in found.items()}


def by_column(slices: Iterable[str]) -> dict[str, list[str]]:
    """The group of every row, in order, by column; no column where none was declared."""
    each = [groups_of(one) for one in slices]
    columns = sorted({column for one in each for column in one})
    return {column: [one.get(column, MISSING) for one in each] for column in columns}


def count(slices: pa.ChunkedArray, columns: Sequence[str]) -> dict[str, dict[str, int]]:
    """Rows of each group by column; DataError for a column that is empty, or has more values than can be compared."""
    found: dict[str, Counter[str]] = defaultdict(Counter)
    for each in slices.value_counts().to_pylist() if columns else ():
        said = groups_of(each["values"])
        for column in columns:
            found[column][said.get(column, MISSING)] += each["counts"]
    return {column: _compared(column, found[column]) for column in sorted(columns) if found[column]}


def _compared(column: str, groups: Counter[str]) -> dict[str, int]:
    said = [group for group in groups if group != MISSING]
    mend = "mend the column, or take it out of ingest.slice_columns"
    if not said:
        raise DataError(f"column {column!r} is empty in all {groups.total():,} rows", "groups", mend.capitalize())
    numbers = sorted(float(group) for group in said if _is_number(group))
    if len(numbers) == len(said) > MOST_NUMBERS:
        different = f"column {column!r} holds {len(said)} different numbers, from {numbers[0]:g} to {numbers[-1]:g}"
        raise DataError(
            different, f"groups, or at most {MOST_NUMBERS} numbers", f"Write bands such as 18-29; or {mend}"
        )
    if len(said) > MOST:
        different = f"column {column!r} has {len(said)} different values"
        raise DataError(different, f"at most {MOST} groups", f"Join values that belong together; or {mend}")
    return dict(sorted(groups.items()))


def _is_number(group: str) -> bool:
    try:
        float(group)
    except ValueError:
        return False
    return True
