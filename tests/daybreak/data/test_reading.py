"""Every kind of file gives the same pairs, and says clearly what is wrong with it."""

import json
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from daybreak.data.reading import read_columns, read_lines
from daybreak.errors import DataError

PAIRS = [("很好，\n真的", "yes"), ('he said "no"', "no"), ("", "yes"), ("no label", "")]


def read(path: Path, text: str = "text", label: str = "label") -> list[tuple[str, str]]:
    return list(read_columns(path, path.name, text, label))


def written(path: Path, content: str | bytes) -> Path:
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path


def test_csv(tmp_path: Path) -> None:
    content = 'label,text\r\nyes,"很好，\r\n真的"\r\nno,"he said ""no"""\r\nyes,\r\n,no label\r\n\r\n'
    assert read(written(tmp_path / "rows.csv", content)) == PAIRS


def test_tsv_with_a_byte_order_mark(tmp_path: Path) -> None:
    assert read(written(tmp_path / "rows.TSV", "\ufefftext\tlabel\n好, 真好\tyes\n")) == [("好, 真好", "yes")]


def test_csv_keeps_characters_that_only_look_like_line_ends(tmp_path: Path) -> None:
    path = written(tmp_path / "rows.csv", "text,label\none\u2028two\x0bthree,yes\n")
    assert read(path) == [("one\u2028two\x0bthree", "yes")]


def test_json_lines(tmp_path: Path) -> None:
    lines = [{"text": text, "label": label} for text, label in PAIRS[:2]]
    lines += [{"text": None, "label": "yes"}, {"text": "no label"}]
    content = "\n\n".join(json.dumps(line, ensure_ascii=False) for line in lines)
    assert read(written(tmp_path / "rows.jsonl", content)) == PAIRS


def test_parquet(tmp_path: Path) -> None:
    columns = {"text": ["好", None], "label": [1, None], "more": [1.5, 2.5]}
    pq.write_table(pa.table(columns), tmp_path / "rows.parquet")
    assert read(tmp_path / "rows.parquet") == [("好", "1"), ("", "")]
    assert read(tmp_path / "rows.parquet", label="more") == [("好", "1.5"), ("", "2.5")]


@pytest.mark.parametrize(("value", "told"), [("true", "true"), ("1.0", "1"), ("0.5", "0.5"), ("7", "7"), ("NaN", "")])
def test_values_become_text(tmp_path: Path, value: str, told: str) -> None:
    path = written(tmp_path / "rows.jsonl", f'{{"text": "a", "label": {value}}}')
    assert read(path) == [("a", told)]


def test_half_of_a_surrogate_pair_is_replaced(tmp_path: Path) -> None:
    path = written(tmp_path / "rows.jsonl", '{"text": "a\\ud83d好", "label": "x"}')
    assert read(path) == [("a\ufffd好", "x")]


def test_lines_of_the_sample(tmp_path: Path) -> None:
    path = written(tmp_path / "pos.txt", "好\n\n很好\n")
    assert list(read_lines(path, "positive")) == [("好", "positive"), ("", "positive"), ("很好", "positive")]


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        (
            "a.csv",
            "body,label\nx,y\n",
            r"a.csv has no column 'text', .* 'body', 'label'.*ingest.text_column",
        ),
        ("a.csv", "text,stars\nx,y\n", r"no column 'label'.*Set ingest.label_column in params.yaml"),
        ("a.csv", "", r"its columns are none"),
        ("a.csv", "text,label\nx,y\nx,y,z\n", r"line 3, has 3 fields; expected 2"),
        ("a.csv", 'text,label\n"x"y,z\n', r"line 2, cannot be read"),
        ("a.csv", 'text,label\n"x,z\n', r"cannot be read: unexpected end of data"),
        ("a.csv", "text,label,text\nx,y,z\n", r"names a column twice"),
        ("a.csv", "text,label\n很好,y\n".encode("gb18030"), r"a.csv is not UTF-8: byte 11 is 0xba.*iconv"),
        ("a.jsonl", '{"text": "x", "label": "y"}\n{"text"\n', r"line 2, is not JSON"),
        ("a.jsonl", '["x", "y"]\n', r"line 1, is a list; expected one object a line"),
        ("a.jsonl", '{"text": ["x"], "label": "y"}', r"column 'text' of a.jsonl holds a list"),
        ("a.parquet", "not parquet", r"a.parquet cannot be read as Parquet"),
    ],
)
def test_bad_files_say_what_is_wrong(tmp_path: Path, name: str, content: str | bytes, message: str) -> None:
    with pytest.raises(DataError, match=message):
        read(written(tmp_path / name, content))
