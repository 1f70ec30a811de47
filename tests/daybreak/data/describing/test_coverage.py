"""Coverage counts rows, labels and right answers of every value, in any language, and for rows of several labels."""

import pyarrow as pa

from daybreak.data.describing import coverage
from daybreak.records import Project

ROWS = [
    ("train", "yes", "a.csv", "zh", "MIT", '{"product": "书"}', '{"age": null}'),
    ("train", '["no", "yes"]', "a.csv", "zh", "MIT", '{"product": "酒店"}', '{"age": "18-29"}'),
    ("train", "", "b.csv", "en", "", "", ""),
    ("test", "no", "b.csv", "zh", "MIT", '{"product": "书"}', '{"age": "18-29"}'),
    ("test", "yes", "b.csv", "en", "MIT", '{"product": "书"}', '{"age": "30+"}'),
]
NAMES = ("split", "label", "source", "language", "licence", "groups", "slices")


def table() -> pa.Table:
    return pa.table({name: list(values) for name, values in zip(NAMES, zip(*ROWS, strict=True), strict=True)})


def test_labels_are_counted_by_split() -> None:
    found = coverage.labels(table())
    assert found["train"] == {"rows": 3, "labels": {"no": 1, "yes": 2}}
    assert found["validation"] == {"rows": 0, "labels": {}}
    assert found["test"] == {"rows": 2, "labels": {"no": 1, "yes": 1}}


def test_a_value_tells_its_rows_its_labels_and_how_often_the_baseline_is_right() -> None:
    found = coverage.coverage(table(), [False, True])
    assert list(found) == ["source", "language", "licence", "product", "age"]
    assert found["language"] == {
        "different": 2,
        "shown": [
            {"name": "zh", "rows": 3, "labels": {"no": 2, "yes": 2}, "tested": 1, "right": 0},
            {"name": "en", "rows": 2, "labels": {"yes": 1}, "tested": 1, "right": 1},
        ],
    }
    assert found["product"]["shown"][0] == {
        "name": "书",
        "rows": 3,
        "labels": {"no": 1, "yes": 2},
        "tested": 2,
        "right": 1,
    }


def test_without_a_baseline_nothing_is_tested() -> None:
    found = coverage.coverage(table(), [])
    assert {each["tested"] for each in found["source"]["shown"]} == {0}


def test_only_the_most_frequent_values_are_shown() -> None:
    rows = [("train", "yes", f"{number:03}.csv", "zh", "", "", "") for number in range(40)] + [ROWS[0]] * 3
    many = pa.table({name: list(values) for name, values in zip(NAMES, zip(*rows, strict=True), strict=True)})
    found = coverage.coverage(many, [])["source"]
    assert found["different"] == 41
    assert [each["name"] for each in found["shown"][:2]] == ["a.csv", "000.csv"]
    assert len(found["shown"]) == coverage.SHOWN


def test_lengths_are_of_characters() -> None:
    found = coverage.lengths(pa.chunked_array([["书", "书" * 9], ["a" * 1000]]))
    assert (found["median"], found["max"]) == (9, 1000)
    assert len(found["histogram"]) == coverage.BINS + 1
    assert sum(found["histogram"]) == 3


def test_kept_rows_are_those_of_all_splits(staged_project: Project) -> None:
    rows = coverage.kept(staged_project.root, "id")
    assert rows.column_names == ["id", "split"]
    assert rows["split"].unique().to_pylist() == ["train", "validation", "test"]


def test_rows_that_say_nothing_of_what_they_are_assessed_by_are_a_group() -> None:
    found = coverage.coverage(table(), [False, True])["age"]
    assert {each["name"]: (each["rows"], each["tested"], each["right"]) for each in found["shown"]} == {
        "18-29": (2, 1, 0),
        "(missing)": (1, 0, 0),
        "30+": (1, 1, 1),
    }
