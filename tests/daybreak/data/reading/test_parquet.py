"""Parquet is read by the columns that are wanted; a damaged file is said, wherever the damage is."""

from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from daybreak.data.reading import parquet
from daybreak.errors import DataError


@pytest.fixture
def file(tmp_path: Path) -> Path:
    table = pa.table({"a": [f"文本{n}" for n in range(20_000)], "b": range(20_000), "c": [["x"]] * 20_000})
    pq.write_table(table, tmp_path / "a.parquet", row_group_size=5000)
    return tmp_path / "a.parquet"


def test_wanted_columns_in_the_wanted_order(file: Path) -> None:
    assert parquet.names(file, "a") == ["a", "b", "c"]
    rows = list(parquet.read(file, "a", ["c", "a"]))
    assert len(rows) == 20_000
    assert rows[12_345] == (["x"], "文本12345")


@pytest.mark.parametrize("kept", [0.5, 0.99])
def test_half_a_file_is_said(file: Path, kept: float) -> None:
    file.write_bytes(file.read_bytes()[: int(file.stat().st_size * kept)])
    with pytest.raises(DataError, match=r"a.parquet cannot be read as Parquet: .*Write the file again"):
        parquet.names(file, "a.parquet")


def test_damage_within_is_said(file: Path) -> None:
    content = bytearray(file.read_bytes())
    content[100:4000] = bytes(3900)
    file.write_bytes(content)
    with pytest.raises(DataError, match=r"a.parquet cannot be read as Parquet"):
        list(parquet.read(file, "a.parquet", ["a"]))


def test_a_file_that_is_gone_is_the_callers_matter(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        parquet.names(tmp_path / "gone.parquet", "gone.parquet")
