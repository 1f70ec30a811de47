"""What rows are assessed by: nobody is dropped, and a column that tells no groups apart is refused."""

import re
from typing import Any

import pyarrow as pa
import pytest

from daybreak.data.reading import slices
from daybreak.data.reading.rows import Columns, plain, rows
from daybreak.errors import DataError

DECLARED = Columns(slices=("region", "age"))


def one(*values: Any) -> str:
    (row,) = rows([("x", "y", *values)], "a.jsonl", DECLARED)
    return row.slices


def column(*values: str | None) -> pa.ChunkedArray:
    said = [slices.told({"region": value}, "a.csv", plain) for value in values]
    return pa.chunked_array([pa.array(said, pa.large_string())])


def test_a_row_says_its_group_of_every_column() -> None:
    assert DECLARED.wanted["region"] == "ingest.slice_columns"
    assert one("18-29", " 北 ") == '{"age": "18-29", "region": "北"}'
    assert one(30, None) == '{"age": "30", "region": null}'
    assert one(float("nan"), "") == '{"age": null, "region": null}'


@pytest.mark.parametrize("value", [["north", "south"], {"north": 1}, []])
def test_a_row_of_several_groups_is_refused(value: Any) -> None:
    with pytest.raises(DataError, match=r"column 'region' of a\.jsonl holds a list; expected one group a row") as told:
        one("18-29", value)
    assert "a column of yes and no for each" in str(told.value)


def test_a_missing_value_is_a_group_like_any_other() -> None:
    assert slices.groups_of('{"age": null, "region": "北"}') == {"age": slices.MISSING, "region": "北"}
    assert slices.groups_of("") == {}
    assert slices.by_column(["", '{"age": "18-29"}', '{"age": null}']) == {
        "age": [slices.MISSING, "18-29", slices.MISSING]
    }
    assert slices.by_column(["", ""]) == {}
    assert slices.count(column("a", None, "b", "a"), ["region"]) == {"region": {"(missing)": 1, "a": 2, "b": 1}}


def test_rows_of_another_source_count_as_missing() -> None:
    found = pa.chunked_array([pa.array(["", '{"region": "a"}'], pa.large_string())])
    assert slices.count(found, ["region"]) == {"region": {"(missing)": 1, "a": 1}}
    assert slices.count(found, []) == {}


@pytest.mark.parametrize(
    ("values", "found"),
    [
        (["", None], "column 'region' is empty in all 2 rows; expected groups"),
        ([f"p{each}" for each in range(500)], "column 'region' has 500 different values; expected at most 50 groups"),
        ([str(each) for each in range(18, 70)], "column 'region' holds 52 different numbers, from 18 to 69"),
        ([f"{each / 7}" for each in range(13)], "column 'region' holds 13 different numbers, from 0 to 1.71429"),
    ],
)
def test_a_column_that_tells_no_groups_apart_is_refused(values: list[str | None], found: str) -> None:
    with pytest.raises(DataError, match=re.escape(found)):
        slices.count(column(*values), ["region"])


def test_few_numbers_are_groups() -> None:
    assert len(slices.count(column(*map(str, range(12))), ["region"])["region"]) == 12
    assert len(slices.count(column(*[f"p{each}" for each in range(50)], None), ["region"])["region"]) == 51


def test_a_source_without_the_columns_says_nothing() -> None:
    assert slices.unsaid(()) == ""
    assert slices.unsaid(("region", "age")) == one("", "") == '{"age": null, "region": null}'


def test_where_no_row_is_kept_no_column_is_blamed() -> None:
    assert slices.count(pa.chunked_array([], pa.large_string()), ["region"]) == {}
