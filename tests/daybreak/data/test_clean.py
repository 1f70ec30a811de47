"""Cleaning normalises without taking anything away that a reader would see."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from daybreak.data import tables
from daybreak.data.clean import CleanParams, clean, clean_text


@pytest.mark.parametrize(
    ("text", "cleaned"),
    [
        ("  很好 \t\n 真的\u3000很好 ", "很好 真的 很好"),
        ("ＨＯＴＥＬ１２３，", "HOTEL123,"),
        ("好\u200b吃\ufeff\u200e", "好吃"),
        ("a\x00b\x07c", "abc"),
        ("one\x0btwo\u2028three", "one two three"),
        ("e\u200b\u0301", "é"),
        ("\u200b\u2060", ""),
        ("这家酒店很差😀", "这家酒店很差😀"),
    ],
)
def test_what_cleaning_does(text: str, cleaned: str) -> None:
    assert clean_text(text) == cleaned


@given(st.text(), st.booleans())
def test_cleaning_twice_changes_nothing(text: str, lowercase: bool) -> None:
    once = clean_text(text, lowercase=lowercase)
    assert clean_text(once, lowercase=lowercase) == once


def test_lower_case_is_a_choice() -> None:
    assert clean_text("Great HOTEL") == "Great HOTEL"
    assert clean_text("Great HOTEL", lowercase=True) == "great hotel"


def test_rows_of_which_nothing_is_left_are_set_aside(
    tmp_path: Path, records: Callable[[Path], list[dict[str, Any]]]
) -> None:
    rows = [("1", " 好　好 ", "yes", "s", True), ("2", "\u200b", "no", "s", False)]
    tables.write(pd.DataFrame(rows, columns=list(tables.ROW)), tmp_path / "data/ingest/rows.parquet", tables.ROW)
    clean(tmp_path, CleanParams())
    (kept,) = records(tmp_path / "data/clean/rows.parquet")
    assert (kept["id"], kept["text"], kept["train_only"]) == ("1", "好 好", True)
    (lost,) = records(tmp_path / "data/quarantine/clean.parquet")
    assert (lost["id"], lost["text"], lost["rule"]) == ("2", "\u200b", "empty_after_cleaning")
