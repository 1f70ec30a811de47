"""Rows taken out of raw files of every format; what stays, stays as it was."""

import gzip
import json
from pathlib import Path

import pytest
from making import write_csv

from daybreak import digests
from daybreak.data import reading
from daybreak.data.admitting import striking
from daybreak.data.ingest import IngestParams
from daybreak.data.reading import Row
from daybreak.errors import DataError

PARAMS = IngestParams(source="files", path="x")
ROWS = [("好的,很好", "positive"), ('说"不"\n两行', " negative "), ("fine", "positive")]


def second(row: Row) -> bool:
    return (row.text, row.label) == (ROWS[1][0], "negative")


def pairs(path: Path) -> list[tuple[str, str]]:
    return [(row.text, row.label) for row in reading.read(path, path.name, PARAMS.columns)]


def test_delimited_rows(tmp_path: Path) -> None:
    path = write_csv(tmp_path / "rows.csv", ROWS)
    path.write_bytes(b"\xef\xbb\xbf" + path.read_bytes() + b"\r\n")
    content = striking.without(path, PARAMS, second)
    assert content is not None
    path.write_bytes(content)
    assert pairs(path) == [ROWS[0], ROWS[2]]
    assert striking.without(path, PARAMS, second) is None


def test_json_lines_keep_their_other_keys(tmp_path: Path) -> None:
    path = tmp_path / "rows.jsonl"
    lines = [json.dumps({"label": label, "more": [1], "text": text}, ensure_ascii=False) for text, label in ROWS]
    path.write_text("\n\n".join(lines), encoding="utf-8")
    content = striking.without(path, PARAMS, second)
    assert content == f"{lines[0]}\n{lines[2]}\n".encode()


@pytest.mark.parametrize(
    ("name", "code"),
    [("a.csv", "gb18030"), ("a.csv.gz", "utf-8-sig"), ("a.tsv", "utf-16"), ("a.csv", "utf-8")],
)
def test_encoding_and_compression_stay(tmp_path: Path, name: str, code: str) -> None:
    sign = "\t" if name.endswith(".tsv") else ","
    content = f"text{sign}label\r\n很好很好{sign}yes\r\n很差{sign}no\r\n".encode(code)
    path = tmp_path / name
    path.write_bytes(gzip.compress(content) if name.endswith(".gz") else content)
    found = striking.without(path, PARAMS, lambda row: row.text == "很差")
    assert found is not None
    assert found == striking.without(path, PARAMS, lambda row: row.text == "很差")
    plain = gzip.decompress(found) if name.endswith(".gz") else found
    assert plain == f"text{sign}label\n很好很好{sign}yes\n".encode(code)


def test_lines_of_plain_text_and_of_conversations(tmp_path: Path) -> None:
    path = tmp_path / "positive.txt"
    path.write_bytes("好\r\n\n坏".encode())
    assert striking.without(path, PARAMS, lambda row: (row.text, row.label) == ("坏", "positive")) == "好\n\n".encode()
    path = tmp_path / "rows.jsonl"
    lines = [json.dumps({"chat": [{"role": "user", "content": text}]}) for text in ("a", "b")]
    path.write_text("\n".join(lines), encoding="utf-8")
    params = PARAMS.model_copy(update={"messages_column": "chat"})
    assert striking.without(path, params, lambda row: row.text == "b") == f"{lines[0]}\n".encode()


def test_parquet_keeps_its_columns(tmp_path: Path) -> None:
    import pandas as pd

    path = tmp_path / "rows.parquet"
    pd.DataFrame(
        {"stars": [1, 2, 3], "text": [text for text, _ in ROWS], "label": [label for _, label in ROWS]}
    ).to_parquet(path)
    content = striking.without(path, PARAMS, second)
    assert content is not None
    path.write_bytes(content)
    assert pd.read_parquet(path)["stars"].tolist() == [1, 3]
    assert pairs(path) == [ROWS[0], ROWS[2]]


def test_the_last_row_leaves_a_file_that_can_be_read(tmp_path: Path) -> None:
    path = write_csv(tmp_path / "rows.tsv", [])
    path.write_text("text\tlabel\nfine\tpositive\n", encoding="utf-8")
    content = striking.without(path, PARAMS, lambda row: row.text == "fine")
    assert content == b"text\tlabel\n"
    now, then = striking.shards(path, content)
    assert (now.sha256, now.name, then.bytes) == (digests.of_file(path), "rows.tsv", len(content))


def test_a_file_without_the_columns_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "rows.csv"
    path.write_text("a,b\n1,2\n", encoding="utf-8")
    with pytest.raises(DataError, match=r"no column 'text'"):
        striking.without(path, PARAMS, second)
