"""Parts of the test rows: none is left out, and each number comes with its count and its range."""

from typing import Any

import pytest

from daybreak.reports import slices

GROUPS = {
    "group_region": {"north": {"right": 90, "rows": 100}, "south": {"right": 3, "rows": 4}, "": {"right": 0, "rows": 0}}
}
SWAPS = {"zh": {"axes": {"age": {"swaps": 400, "flips": 16, "flip_rate": 0.04, "terms": {}}}}}


@pytest.fixture
def measured() -> dict[str, Any]:
    predictions = {"labels": ["negative", "positive"], "confusion": [[80, 20], [10, 90]]}
    return {"predictions": predictions, "fairness": {"groups": GROUPS, "languages": SWAPS}}


def test_labels_and_groups_are_parts_with_counts(measured: dict[str, Any]) -> None:
    found = slices.of_measurements(measured, {})
    assert [(each["column"], each["name"], each["rows"], each["right"]) for each in found] == [
        ("label", "negative", 100, 80),
        ("label", "positive", 100, 90),
        ("region", "north", 100, 90),
        ("region", "south", 4, 3),
        ("region", "", 0, 0),
    ]
    first, *_, south, empty = found
    assert first["low"] < 0.8 < first["high"]
    assert south["high"] - south["low"] > 0.5, "four rows leave much open"
    assert (empty["share"], empty["low"]) == (None, None)


def test_the_champions_share_stands_beside_it(measured: dict[str, Any]) -> None:
    champion = {"predictions": {"labels": ["positive", "neutral"], "confusion": [[70, 30], [1, 1]]}}
    found = {each["name"]: each["champion"] for each in slices.of_measurements(measured, champion)}
    assert (found["positive"], found["negative"], found["north"]) == (0.7, None, None)
    before = {"fairness": {"groups": {"group_region": {"north": {"right": 1, "rows": 2}}}}}
    found = {each["name"]: each["champion"] for each in slices.of_measurements(measured, before)}
    assert found["north"] == 0.5


def test_swaps_by_axis(measured: dict[str, Any]) -> None:
    assert slices.of_swaps(measured) == [{"language": "zh", "axis": "age", "swaps": 400, "flips": 16, "share": 0.04}]


def test_what_was_not_measured_has_no_parts() -> None:
    assert slices.of_measurements({}, {}) == []
    assert slices.of_swaps({}) == []
    assert slices.drawn([]) == {}


def test_a_figure_for_each_column_with_two_parts(measured: dict[str, Any]) -> None:
    drawn = slices.drawn(slices.of_measurements(measured, {}))
    assert drawn.keys() == {"label", "region"}
    assert "north (100)" in drawn["region"]
    one = {"fairness": {"groups": {"group_region": {"north": {"right": 1, "rows": 2}}}}}
    assert slices.drawn(slices.of_measurements(one, {})) == {}
