"""A file that is something else than its name says is refused by its first bytes."""

import gzip
import zipfile
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from daybreak.data.reading import foreign
from daybreak.errors import DataError


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", r"a.csv is empty: it has no bytes"),
        (b"PK\x03\x04\x14\x00\x09\x00\x08", r"a.csv is a ZIP archive that needs a password; .*without a password"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600, r"an Office file, old or protected by a password"),
        (b"%PDF-1.7", r"a.csv is a PDF"),
        (b"Salted__12345678", r"encrypted by OpenSSL"),
        (b"-----BEGIN PGP MESSAGE-----", r"encrypted by PGP"),
        (gzip.compress(b"text,label\n", mtime=0), r"packed by gzip; expected what its name says; Call it a.csv.gz"),
    ],
)
def test_first_bytes_tell(tmp_path: Path, content: bytes, message: str) -> None:
    (tmp_path / "a.csv").write_bytes(content)
    with pytest.raises(DataError, match=message):
        foreign.refuse(tmp_path / "a.csv", "a.csv")


def test_a_workbook_called_csv(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "a.csv", "w") as archive:
        archive.writestr("xl/workbook.xml", "<workbook/>")
    with pytest.raises(DataError, match=r"a ZIP archive or an Office workbook"):
        foreign.refuse(tmp_path / "a.csv", "a.csv")


def test_parquet_under_another_name(tmp_path: Path) -> None:
    for name in ("a.csv", "a.parquet"):
        pq.write_table(pa.table({"text": ["好"]}), tmp_path / name)
    with pytest.raises(DataError, match=r"a.csv is Parquet.*end in .parquet"):
        foreign.refuse(tmp_path / "a.csv", "a.csv")
    foreign.refuse(tmp_path / "a.parquet", "a.parquet")


@pytest.mark.parametrize(("name", "content"), [("a.csv", b"text"), ("a.csv.gz", gzip.compress(b"text", mtime=0))])
def test_what_its_name_says_is_let_through(tmp_path: Path, name: str, content: bytes) -> None:
    (tmp_path / name).write_bytes(content)
    foreign.refuse(tmp_path / name, name)
