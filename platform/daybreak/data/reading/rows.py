"""From the values of a file's columns to rows: a text under its labels, or a conversation, with what is known of it."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator
from datetime import date
from functools import cached_property, lru_cache
from itertools import islice
from math import isnan
from typing import Any, NamedTuple

from daybreak.data.reading import conversation, labels, slices
from daybreak.data.reading.encoding import LONGEST_LINE
from daybreak.errors import DataError
from daybreak.records import Record

NAMES, NAME = 10, 20  # how many names of columns a message tells, and how many characters of each
Values = tuple[Any, ...]  # of the wanted columns, in their order
DATE = re.compile(r"(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})(?!\d)")


class Columns(Record):
    """Which columns of a file make a row; with `messages`, `text` and `label` are not read.

    Without `label` rows have none: texts to go on with, not to be told apart. `described` says whether each of the
    other columns must be there: a row that was reviewed before a column was named says nothing in it.
    """

    text: str = "text"
    label: str | None = "label"
    messages: str | None = None
    separator: str | None = None
    groups: tuple[str, ...] = ()
    slices: tuple[str, ...] = ()
    licence: str | None = None
    collected: str | None = None
    encoding: str | None = None
    described: bool = True

    @property
    def required(self) -> dict[str, str]:
        """Those of `wanted` that a file must have."""
        if self.described:
            return self.wanted
        return {column: key for column, key in self.wanted.items() if column in (self.messages, self.text, self.label)}

    @cached_property
    def wanted(self) -> dict[str, str]:
        """Column to the key of params.yaml that names it, in the order of a row's values."""
        if self.messages:
            named = {self.messages: "ingest.messages_column"}
        else:
            named = {self.text: "ingest.text_column"}
            named |= {self.label: "ingest.label_column"} if self.label else {}
        named |= {column: "ingest.group_columns" for column in sorted(self.groups) if column not in named}
        named |= {column: "ingest.slice_columns" for column in sorted(self.slices) if column not in named}
        for column, key in ((self.licence, "ingest.licence_column"), (self.collected, "ingest.collected_column")):
            if column and column not in named:
                named[column] = key
        return named


class Row(NamedTuple):
    """One row as its source has it. `fault` names the rule that refuses it, "" where none does; `detail` says more."""

    text: str
    label: str
    messages: str = ""
    groups: str = ""
    licence: str = ""
    collected: str = ""
    slices: str = ""
    fault: str = ""
    detail: str = ""


def rows(values: Iterable[Values], name: str, columns: Columns) -> Iterator[Row]:
    """Each tuple of values as a row. `name` is what messages call the file.

    Raises DataError for a value that is no text, number, date or list of labels.
    """
    place = {column: number for number, column in enumerate(columns.wanted)}
    plain = not (columns.messages or columns.groups or columns.slices or columns.licence or columns.collected)
    for each in values:
        found = _conversation(each[0], name) if columns.messages else _labelled(each, place, name, columns)
        yield _checked(found if plain else _described(found, each, place, name, columns))


def listed(names: Iterable[str]) -> str:
    """Column names for a message: ten at most, cut, since the first line of a table without a header is a row."""
    first = list(islice(names, NAMES + 1))
    told = [repr(name if len(name) <= NAME else f"{name[:NAME]}…") for name in first[:NAMES]]
    return ", ".join([*told, *(["…"] if len(first) > NAMES else [])]) or "none"


def plain(value: Any, name: str, column: str) -> str:
    """A value as text: "" for a missing one, whole numbers without a point, what UTF-8 cannot carry replaced."""
    if isinstance(value, str):
        if len(value) >= LONGEST_LINE:
            found = f"column {column!r} of {name} holds a text of {len(value):,} characters"
            raise DataError(found, f"fewer than {LONGEST_LINE:,}", "Split it")
        return value if value.isascii() else value.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    if value is None or (isinstance(value, float) and isnan(value)):
        return ""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    if isinstance(value, int | float):
        return str(value)
    if isinstance(value, date):
        return value.isoformat()
    found = f"column {column!r} of {name} holds a {type(value).__name__}"
    raise DataError(found, "text or numbers", "Name another column")


def _labelled(values: Values, place: dict[str, int], name: str, columns: Columns) -> Row:
    text = plain(values[place[columns.text]], name, columns.text)
    if columns.label is None:
        return Row(text, "")
    label = _label(values[place[columns.label]], name, columns.label, columns.separator)
    return Row(text, label, fault="" if label else "no_label")


def _label(value: Any, name: str, column: str, separator: str | None) -> str:
    """Several labels come as a list, as its JSON, or separated."""
    if isinstance(value, list):
        return labels.joined(plain(each, name, column) for each in value)
    return _taken_apart(plain(value, name, column), separator)


@lru_cache(4096)  # labels are few, rows are many
def _taken_apart(label: str, separator: str | None) -> str:
    listed = labels.listed(label)
    if listed is not None:
        return labels.joined(map(str, listed))
    return labels.joined(label.split(separator)) if separator else label.strip()


def _conversation(value: Any, name: str) -> Row:
    if not value:
        return Row("", "")
    try:
        turns = conversation.turns(value)
    except DataError as error:
        told = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, default=str)
        return Row(plain(told, name, "messages"), "", fault="bad_conversation", detail=error.found)
    text = plain("\n".join(turn["content"] for turn in turns), name, "messages")
    told = plain(json.dumps(turns, ensure_ascii=False), name, "messages")
    return Row(text, "", told, fault="" if conversation.is_answered(turns) else "no_answer")


def _described(row: Row, values: Values, place: dict[str, int], name: str, columns: Columns) -> Row:
    """The row with its groups, what it is assessed by, licence and date of collection."""
    known = ((column, plain(values[place[column]], name, column).strip()) for column in sorted(columns.groups))
    groups = {column: value for column, value in known if value}
    told = json.dumps(groups, ensure_ascii=False, sort_keys=True) if groups else ""
    assessed = slices.told({column: values[place[column]] for column in columns.slices}, name, plain)
    licence = plain(values[place[columns.licence]], name, columns.licence).strip() if columns.licence else ""
    given = plain(values[place[columns.collected]], name, columns.collected).strip() if columns.collected else ""
    collected = _date(given) if given else ""
    row = row._replace(groups=told, slices=assessed, licence=licence, collected=collected or "")
    return row if collected is not None or row.fault else row._replace(fault="bad_date", detail=given[:40])


def _date(given: str) -> str | None:
    """The ISO date that a text begins with (2026-11-22, 2026/11/22, 2026年11月22日, with a time or without)."""
    found = DATE.match(given)
    try:
        return date(*map(int, found.groups())).isoformat() if found else None
    except ValueError:
        return None


def _checked(row: Row) -> Row:
    if "\0" in row.text or "\0" in row.label:
        place = row.text.find("\0")
        return row._replace(fault="nul_byte", detail=f"at character {place}" if place >= 0 else "in the label")
    return row
