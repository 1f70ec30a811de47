"""CSV and TSV as spreadsheets write them; a row that does not fit is named by its line."""

from pathlib import Path

import pytest

from daybreak.data.reading import delimited, encoding
from daybreak.errors import DataError


def read(folder: Path, content: str, delimiter: str = ",") -> list[list[str]]:
    (folder / "a.csv").write_bytes(content.encode())
    return list(delimited.read(folder / "a.csv", "a.csv", delimiter, None))


def test_quotes_line_ends_and_empty_lines(tmp_path: Path) -> None:
    assert read(tmp_path, 'a,b\r\n\r\n"1\r\n2",""""\r\n') == [["a", "b"], ["1\n2", '"']]
    assert read(tmp_path, "a,b\r1,2\r") == [["a", "b"], ["1", "2"]]
    assert read(tmp_path, "a\tb\n1,5\t2", "\t") == [["a", "b"], ["1,5", "2"]]
    assert read(tmp_path, "") == [[]]


def test_a_nul_byte_stays_in_its_field(tmp_path: Path) -> None:
    assert read(tmp_path, "a,b\n1\0,2\n") == [["a", "b"], ["1\0", "2"]]


@pytest.mark.parametrize("row", ["1", "1,2,3"])
def test_a_ragged_row_is_named_by_its_line(tmp_path: Path, row: str) -> None:
    with pytest.raises(DataError, match=rf"a.csv, line 4, has {row.count(',') + 1} fields; expected 2, as its first"):
        read(tmp_path, f'a,b\n"1\n2",3\n{row}\n')


def test_a_field_over_many_lines_has_a_limit_too(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(encoding, "LONGEST_LINE", 1000)
    with pytest.raises(DataError, match=r"cannot be read: field larger than field limit"):
        read(tmp_path, 'a,b\n"' + "line\n" * 500 + '",x\n')
