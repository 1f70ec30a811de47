"""Every kind of file gives the same pairs, and says clearly what is wrong with it."""

import gzip
import json
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from daybreak.data import reading
from daybreak.data.reading import Columns
from daybreak.errors import DataError

PAIRS = [("很好，\n真的", "yes"), ('he said "no"', "no"), ("", "yes"), ("no label", "")]


def read(path: Path, text: str = "text", label: str = "label") -> list[tuple[str, str]]:
    rows = reading.read(path, path.name, Columns(text=text, label=label))
    return [(row.text, row.label) for row in rows]


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
    lines: list[dict[str, str | None]] = [{"text": text, "label": label} for text, label in PAIRS[:2]]
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
    assert list(reading.read_lines(path, "positive")) == [("好", "positive"), ("", "positive"), ("很好", "positive")]


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        (
            "a.csv",
            "body,label\nx,y\n",
            r"a.csv has no column 'text', .* 'body', 'label'.*ingest.text_column",
        ),
        ("a.csv", "text,stars\nx,y\n", r"no column 'label'.*Set ingest.label_column in params.yaml"),
        ("a.csv", "\n\n", r"its columns are none"),
        ("a.csv", "", r"a.csv is empty: it has no bytes"),
        ("a.csv", "text,label\nx,y\nx,y,z\n", r"line 3, has 3 fields; expected 2"),
        ("a.csv", 'text,label\n"x"y,z\n', r"line 2, cannot be read"),
        ("a.csv", 'text,label\n"x,z\n', r"cannot be read: unexpected end of data"),
        ("a.csv", "text,label,text\nx,y,z\n", r"names a column twice"),
        (
            "a.csv",
            "text,label\n服務人員態度良好,y\n".encode("big5"),
            r"neither UTF-8 \(byte 11 is 0x[a-f0-9]+\).*iconv",
        ),
        ("a.jsonl", '{"text": "x", "label": "y"}\n{"text"\n', r"line 2, is not JSON"),
        ("a.jsonl", '["x", "y"]\n', r"line 1, is a list; expected one object a line"),
        ("a.jsonl", '{"text": ["x"], "label": "y"}', r"column 'text' of a.jsonl holds a list"),
        ("a.parquet", "not parquet", r"a.parquet cannot be read as Parquet"),
    ],
)
def test_bad_files_say_what_is_wrong(tmp_path: Path, name: str, content: str | bytes, message: str) -> None:
    with pytest.raises(DataError, match=message):
        read(written(tmp_path / name, content))


def test_a_row_where_the_header_should_be_is_not_told_whole(tmp_path: Path) -> None:
    row = ["我住在北京市朝阳区建国路八十八号院三号楼二单元", *(f"v{number}" for number in range(10))]
    for content, message in (
        (f"{','.join(row)}\n", r"its columns are '我住在北京市.{14}…', 'v0', .*'v8', …; .*no header"),
        (f"{','.join([*row, row[0]])}\n", r"names a column twice in .*may be no header"),
    ):
        with pytest.raises(DataError, match=message) as raised:
            read(written(tmp_path / "a.csv", content))
        assert "二单元" not in str(raised.value)
        assert "v9" not in str(raised.value)


def test_what_is_cut_says_how(tmp_path: Path) -> None:
    packed = gzip.compress("text,label\n好,yes\n".encode() * 1000)
    for content, message in (
        (packed[: len(packed) // 2], r"a.csv.gz cannot be unpacked: .*; expected a whole gzip file"),
        (packed[:-8] + bytes(8), r"a.csv.gz cannot be unpacked: CRC check failed"),
        (b"text,label\n", r"a.csv.gz cannot be unpacked: Not a gzipped file"),
    ):
        with pytest.raises(DataError, match=message):
            read(written(tmp_path / "a.csv.gz", content))
    with pytest.raises(DataError, match=r"a.jsonl is not UTF-8 throughout: unexpected end of data"):
        read(written(tmp_path / "a.jsonl", '{"text": "好", "label": "y"}\n{"text": "好'.encode()[:-1]))


def test_lists_come_out_of_parquet_too(tmp_path: Path) -> None:
    turns = [{"role": "user", "content": "好", "name": None}, {"role": "assistant", "content": "是", "name": "x"}]
    pq.write_table(pa.table({"chat": [turns], "text": ["a"], "label": [["y", "x"]]}), tmp_path / "a.parquet")
    assert read(tmp_path / "a.parquet") == [("a", '["x", "y"]')]
    (row,) = reading.read(tmp_path / "a.parquet", "a", Columns(messages="chat", groups=("text",)))
    assert (row.text, row.groups, row.fault) == ("好\n是", '{"text": "a"}', "")


def test_a_look_reads_no_further_than_it_must(tmp_path: Path) -> None:
    path = written(tmp_path / "a.csv", "text,label\n好,yes\nragged\n")
    reading.require(path, "a.csv", Columns())
    with pytest.raises(DataError, match="line 3, has 1 fields"):
        read(path)


def test_one_column_of_a_delimited_file_is_enough(tmp_path: Path) -> None:
    chat = json.dumps([{"role": "user", "content": "问"}, {"role": "assistant", "content": "答"}], ensure_ascii=False)
    quoted = chat.replace('"', '""')
    path = written(tmp_path / "a.csv", f'chat\n"{quoted}"\n')
    (row,) = reading.read(path, "a.csv", Columns(messages="chat"))
    assert row.text == "问\n答"
    with pytest.raises(DataError, match=r"no column 'turns', its columns are 'chat'.*Set ingest.messages_column"):
        list(reading.read(path, "a.csv", Columns(messages="turns")))
