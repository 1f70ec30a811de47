"""Values become rows: labels, conversations, groups, licences, dates; what is wrong is named, not lost."""

import json
from datetime import UTC, date, datetime
from typing import Any

import pytest

from daybreak.data.reading.rows import Columns, Row, rows
from daybreak.errors import DataError

FULL = Columns(groups=("product", "author"), licence="licence", collected="day")


def one(*values: Any, columns: Columns | None = None) -> Row:
    (row,) = rows([values], "a.jsonl", columns or Columns())
    return row


def test_the_wanted_columns_know_their_settings() -> None:
    assert FULL.wanted == {
        "text": "ingest.text_column",
        "label": "ingest.label_column",
        "author": "ingest.group_columns",
        "product": "ingest.group_columns",
        "licence": "ingest.licence_column",
        "day": "ingest.collected_column",
    }
    assert Columns(messages="turns").wanted == {"turns": "ingest.messages_column"}


@pytest.mark.parametrize(
    ("value", "separator", "label"),
    [
        (" 好 ", None, "好"),
        (["b", "a", " b "], None, '["a", "b"]'),
        (["好"], None, "好"),
        ([1, None, 2], None, '["1", "2"]'),
        ("b|a", "|", '["a", "b"]'),
        ("a|", "|", "a"),
        ("b|a", None, "b|a"),
        ('["b", "a"]', None, '["a", "b"]'),
        ("[odd", None, "[odd"),
        ([], None, ""),
        (None, "|", ""),
    ],
)
def test_labels(value: Any, separator: str | None, label: str) -> None:
    row = one("x", value, columns=Columns(separator=separator))
    assert (row.label, row.fault) == (label, "" if label else "no_label")


def test_groups_licence_and_date_are_kept() -> None:
    row = one("x", "y", "Ann", 7, " MIT ", datetime(2026, 11, 22, 3, tzinfo=UTC), columns=FULL)
    assert row == Row("x", "y", "", '{"author": "Ann", "product": "7"}', "MIT", "2026-11-22")
    assert one("x", "y", None, "", None, None, columns=FULL) == Row("x", "y")


@pytest.mark.parametrize(
    ("given", "told"),
    [
        ("2026-11-22", "2026-11-22"),
        ("2026/1/2 08:00", "2026-01-02"),
        ("2026年11月22日", "2026-11-22"),
        ("2026.11.22", "2026-11-22"),
        (date(2026, 11, 22), "2026-11-22"),
        ("2026-11-22T03:00:00+08:00", "2026-11-22"),
    ],
)
def test_dates_are_read_as_people_write_them(given: Any, told: str) -> None:
    assert one("x", "y", given, columns=Columns(collected="day")).collected == told


@pytest.mark.parametrize("given", ["yesterday", "2026-13-01", "2026-11-221", 1763772000])
def test_a_date_that_is_none_is_a_fault_of_the_row(given: Any) -> None:
    row = one("x", "y", given, columns=Columns(collected="day"))
    assert (row.fault, row.detail, row.text) == ("bad_date", str(given), "x")


TURNS: list[dict[str, Any]] = [
    {"role": "system", "content": "You are kind."},
    {"role": "user", "content": "你好"},
    {"role": "assistant", "content": "您好！", "extra": None},
]


@pytest.mark.parametrize("value", [TURNS, json.dumps(TURNS)])
def test_a_conversation(value: Any) -> None:
    row = one(value, columns=Columns(messages="turns"))
    assert (row.text, row.label, row.fault) == ("You are kind.\n你好\n您好！", "", "")
    assert json.loads(row.messages) == [{"role": turn["role"], "content": turn["content"]} for turn in TURNS]


def test_a_conversation_that_is_none_keeps_what_was_there() -> None:
    row = one([{"role": "user", "content": ["好"]}], columns=Columns(messages="turns"))
    assert (row.fault, row.detail) == ("bad_conversation", "turn 1 has no text as its content")
    assert row.text == '[{"role": "user", "content": ["好"]}]'
    assert one(TURNS[:2], columns=Columns(messages="turns")).fault == "no_answer"
    assert one(None, columns=Columns(messages="turns")) == Row("", "")


def test_a_nul_byte_is_a_fault_of_the_row() -> None:
    assert one("a\0b", "y")[-2:] == ("nul_byte", "at character 1")
    assert one("a", "y\0")[-2:] == ("nul_byte", "in the label")


@pytest.mark.parametrize(
    ("values", "message"),
    [
        (([1], "y"), r"column 'text' of a.jsonl holds a list"),
        (("x", {"a": 1}), r"column 'label' of a.jsonl holds a dict"),
        (("x" * 2**24, "y"), r"column 'text' of a.jsonl holds a text of 16,777,216 characters"),
    ],
)
def test_what_is_no_value_is_said(values: Any, message: str) -> None:
    with pytest.raises(DataError, match=message):
        one(*values)


def test_texts_to_go_on_with_have_no_label() -> None:
    columns = Columns(label=None)
    assert columns.wanted == {"text": "ingest.text_column"}
    (row,) = rows([("还有房吗？",)], "a.csv", columns)
    assert (row.text, row.label, row.fault) == ("还有房吗？", "", "")
