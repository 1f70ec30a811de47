"""Equal rows make equal bytes, whatever their order."""

from pathlib import Path

import pandas as pd

from daybreak.data import tables

COLUMNS = ["id", "text", "label", "source", "train_only"]
ROWS = [("b", "第二", "yes", "s", True), ("a", "first", "no", "s", False), ("a", "first", "no", "r", False)]


def write(path: Path, rows: list[tuple[str, str, str, str, bool]]) -> bytes:
    tables.write(pd.DataFrame(rows, columns=COLUMNS), path, tables.ROW)
    return path.read_bytes()


def test_the_order_of_rows_does_not_change_a_byte(tmp_path: Path) -> None:
    assert write(tmp_path / "one.parquet", ROWS) == write(tmp_path / "two.parquet", ROWS[::-1])


def test_rows_stand_in_the_order_of_their_ids(tmp_path: Path) -> None:
    write(tmp_path / "rows.parquet", ROWS)
    assert tables.read_column(tmp_path / "rows.parquet", "id") == ["a", "a", "b"]
    assert tables.read_column(tmp_path / "rows.parquet", "source") == ["r", "s", "s"]


def test_some_columns_of_a_table(tmp_path: Path) -> None:
    write(tmp_path / "rows.parquet", ROWS)
    assert tables.read_table(tmp_path / "rows.parquet", "label", "id").column_names == ["label", "id"]
    assert tables.read_table(tmp_path / "rows.parquet").column_names == list(tables.ROW)


def test_what_stands_beside_a_name() -> None:
    names = pd.Series(["b", "a", "b"])
    assert tables.places(["a", "c", "b"], names).tolist() == [1, -1, 0]
    assert tables.beside(pd.Series(["a", "c", "b"]), names, [7, 8, 9], -5).tolist() == [8, -5, 7]
    assert tables.beside([], names, [7, 8, 9], -5).tolist() == []
    assert tables.beside(["a"], [], [], -5).tolist() == [-5]


def test_an_empty_table_keeps_its_columns(tmp_path: Path) -> None:
    write(tmp_path / "rows.parquet", [])
    assert list(tables.read(tmp_path / "rows.parquet").columns) == list(tables.ROW)


def test_refused_rows_carry_their_rule(tmp_path: Path) -> None:
    frame = tables.refused(pd.DataFrame(ROWS, columns=COLUMNS), "no_label", "why")
    assert list(frame.columns) == list(tables.REFUSED)
    assert set(frame["rule"]) == {"no_label"}
    tables.write(frame.iloc[:0], tmp_path / "none.parquet", tables.REFUSED)
    assert len(tables.read(tmp_path / "none.parquet")) == 0


def test_json_is_readable_and_comes_back(tmp_path: Path) -> None:
    tables.write_json({"文本": 1.5}, tmp_path / "deep" / "facts.json")
    assert "文本" in (tmp_path / "deep" / "facts.json").read_text(encoding="utf-8")
    assert tables.read_json(tmp_path / "deep" / "facts.json") == {"文本": 1.5}
