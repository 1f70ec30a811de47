"""Rows gathered in any order make the same file, as the other stages' tables do."""

from pathlib import Path

import pandas as pd
import pyarrow.parquet as pq
import pytest

from daybreak.data import tables
from daybreak.data.reading import gathering
from daybreak.data.reading.gathering import Gathered

ROWS = [("b", "第二", 0.5), ("a", "first", 0.25), ("a", "first", 0.125), ("好", "", 1.0)]


def write(path: Path, rows: list[tuple[str, str, float]]) -> bytes:
    gathered = Gathered(tables.PAIR)
    for row in rows:
        gathered.add(row)
    gathered.write(path)
    return path.read_bytes()


def test_the_order_of_coming_does_not_change_a_byte(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    first = write(tmp_path / "a.parquet", ROWS)
    assert write(tmp_path / "b.parquet", ROWS[::-1]) == first
    monkeypatch.setattr(gathering, "ROWS", 3)
    assert write(tmp_path / "c.parquet", ROWS) == first


def test_rows_stand_as_the_table_writer_puts_them(tmp_path: Path) -> None:
    write(tmp_path / "a.parquet", ROWS)
    tables.write(pd.DataFrame(ROWS, columns=list(tables.PAIR)), tmp_path / "b.parquet", tables.PAIR)
    assert pq.read_table(tmp_path / "a.parquet").equals(pq.read_table(tmp_path / "b.parquet"))


def test_no_rows_make_an_empty_table(tmp_path: Path) -> None:
    write(tmp_path / "a.parquet", [])
    assert pq.read_schema(tmp_path / "a.parquet").names == list(tables.PAIR)
    assert len(tables.read(tmp_path / "a.parquet")) == 0
