"""The certificate counts what it says it counts, and a series ends for a reason that is told."""

from pathlib import Path

import pandas as pd
import pytest

from daybreak.data import tables
from daybreak.data.splitting.assigning import Ratios
from daybreak.data.splitting.certificate import FOLDER, Earlier, Series, certify, earlier, series
from daybreak.errors import DataError

FIRST = Series(number=1, because="", ratios=Ratios(), seed=17, groups=())
ROWS = pd.DataFrame({"id": ["a"], "cluster": ["a"], "split": ["test"], "identity": ["i"]})


def placed(*rows: tuple[str, str, str]) -> pd.DataFrame:
    return pd.DataFrame(rows, columns=["label", "split", "groups"])


def test_shares_and_groups_are_counted() -> None:
    rows = [("好", "train", '{"author": "李"}')] * 6 + [("差", "train", "")] * 2
    rows += [("好", "test", '{"author": "王"}'), ("差", "test", '{"author": "赵"}')]
    told = certify(placed(*rows), FIRST, {"threshold": 0.8, "max_similarity": 0.5, "pairs": 0})
    assert told["rows"] == {"train": 8, "validation": 0, "test": 2}
    assert told["labels"]["好"] == {"train": 6, "validation": 0, "test": 1}
    assert told["class_deviation"] == pytest.approx(0.2)  # half of test, 0.7 of all
    assert told["ratio_deviation"] == pytest.approx(0.2)  # no validation rows at all
    assert told["groups"] == {"author": {"train": 1, "validation": 0, "test": 2}}
    assert told["straddling"] == 0
    assert told["series"]["number"] == 1


def test_a_row_of_several_labels_counts_under_each() -> None:
    told = certify(placed(('["a", "b"]', "test", "")), FIRST, {"threshold": 0.8, "max_similarity": 0, "pairs": 0})
    assert {label: counts["test"] for label, counts in told["labels"].items()} == {"a": 1, "b": 1}


@pytest.mark.parametrize(
    ("seed", "groups", "known", "number", "because"),
    [
        (17, (), 1, 1, ""),
        (18, (), 1, 2, "seed was 17 and is 18"),
        (17, ("author",), 1, 2, "groups was none and is author"),
        (18, ("author",), 0, 2, "seed was 17 and is 18; groups was none and is author"),
        (17, (), 0, 2, "none of its rows is left"),
    ],
)
def test_a_series_ends_for_a_reason(seed: int, groups: tuple[str, ...], known: int, number: int, because: str) -> None:
    found = series(Earlier(FIRST, ROWS), Ratios(), seed, groups, known)
    assert (found.number, found.because, found.seed, found.groups) == (number, because, seed, groups)


def test_the_first_series_has_no_reason() -> None:
    assert series(None, Ratios(), 17, (), 0) == FIRST


def test_what_lies_there_is_continued(tmp_path: Path) -> None:
    assert earlier(tmp_path) is None
    tables.write(ROWS, tmp_path / FOLDER / "assignments.parquet", tables.ASSIGNMENT)
    assert earlier(tmp_path) is None
    tables.write_json({"series": FIRST.model_dump(mode="json")}, tmp_path / FOLDER / "certificate.json")
    found = earlier(tmp_path)
    assert found is not None
    assert found.series == FIRST
    assert found.rows.to_dict("records") == ROWS.to_dict("records")
    tables.write_json({}, tmp_path / FOLDER / "certificate.json")
    with pytest.raises(DataError, match="cannot be read"):
        earlier(tmp_path)
