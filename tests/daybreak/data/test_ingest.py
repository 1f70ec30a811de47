"""Rows get a stable id; nothing is lost without being counted."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from daybreak.data import sources, tables
from daybreak.data.admission import admit
from daybreak.data.ingest import IngestParams, ingest, is_train_only, row_id
from daybreak.errors import DataError

Records = Callable[[Path], list[dict[str, Any]]]


def run(root: Path, content: str, **more: Any) -> None:
    (root / "rows.csv").write_text(content, encoding="utf-8")
    params = IngestParams(source="files", path="rows.csv", **more)
    admit(root, params)
    ingest(root, params)


def test_rows_are_read_counted_and_set_aside(tmp_path: Path, records: Records) -> None:
    run(tmp_path, "text,label\n好,yes\n  ,yes\n差,no\n没有标签, \n好,yes\n 好 ,no\n")
    assert tables.read_json(tmp_path / "data/ingest/counts.json") == {
        "read": 6,
        "empty": 1,
        "distinct_raw": 3,
        "quarantined": 1,
    }
    rows = records(tmp_path / "data/ingest/rows.parquet")
    assert sorted((row["text"], row["label"]) for row in rows) == [
        (" 好 ", "no"),
        ("好", "yes"),
        ("好", "yes"),
        ("差", "no"),
    ]
    assert {row["source"] for row in rows} == {"rows.csv"}
    assert not any(row["train_only"] for row in rows)
    (lost,) = records(tmp_path / "data/quarantine/ingest.parquet")
    assert (lost["text"], lost["rule"]) == ("没有标签", "no_label")


def test_an_id_is_of_the_text_and_the_label() -> None:
    assert row_id("ＡＢＣ", "x") == row_id(" ABC ", "x")
    assert row_id("ABC", "x") != row_id("ABC", "y")
    assert len(row_id("好", "x")) == 16


def test_the_order_of_the_file_does_not_change_a_byte(tmp_path: Path) -> None:
    lines = ["a,x\n", "b,y\n", "好,x\n"]
    run(tmp_path, "text,label\n" + "".join(lines))
    before = (tmp_path / "data/ingest/rows.parquet").read_bytes()
    run(tmp_path, "text,label\n" + "".join(reversed(lines)))
    assert (tmp_path / "data/ingest/rows.parquet").read_bytes() == before


def test_seven_tenths_of_the_sample_stay_in_training(tmp_path: Path, records: Records) -> None:
    admit(tmp_path, IngestParams())
    ingest(tmp_path, IngestParams())
    counts = tables.read_json(tmp_path / "data/ingest/counts.json")
    assert counts == {"read": 35124, "empty": 1, "distinct_raw": 17410, "quarantined": 0}
    rows = tables.read(tmp_path / "data/ingest/rows.parquet")
    assert set(rows["label"]) == {"positive", "negative"}
    assert 0.65 < rows["train_only"].mean() < 0.75
    assert rows["train_only"].tolist()[:50] == [is_train_only(text) for text in rows["text"][:50]]


def test_a_column_by_another_name(tmp_path: Path, records: Records) -> None:
    run(tmp_path, "body,stars\n好,5\n差,1\n", text_column="body", label_column="stars")
    assert {row["label"] for row in records(tmp_path / "data/ingest/rows.parquet")} == {"1", "5"}


def test_nothing_admitted_yet(tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"sources.yaml is missing.*daybreak data prepare"):
        ingest(tmp_path, IngestParams())


def test_another_source_than_was_admitted(tmp_path: Path) -> None:
    run(tmp_path, "text,label\n好,yes\n")
    with pytest.raises(DataError, match=r"for another source; expected files other.csv.*daybreak data prepare"):
        ingest(tmp_path, IngestParams(source="files", path="other.csv"))


def test_an_altered_shard(tmp_path: Path) -> None:
    run(tmp_path, "text,label\n好,yes\n")
    (shard,) = (tmp_path / sources.SHARDS).iterdir()
    shard.write_text("text,label\n坏,yes\n", encoding="utf-8")
    with pytest.raises(DataError, match=r"rows.csv .* was altered"):
        ingest(tmp_path, IngestParams(source="files", path="rows.csv"))


def test_a_source_without_text(tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"no row with text"):
        run(tmp_path, "text,label\n ,yes\n")


@pytest.mark.parametrize("source", ["files", "huggingface"])
def test_a_source_needs_its_path(source: Any) -> None:
    with pytest.raises(ValueError, match=r"path: a source of"):
        IngestParams(source=source)
