"""Golden cases are read from every file, and a line that is none is named."""

from pathlib import Path

import pytest

from daybreak.data.held_out import golden
from daybreak.errors import DataError


def put(root: Path, name: str, *lines: str) -> None:
    path = root / golden.FOLDER / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("\n".join(lines), encoding="utf-8")


def test_cases_of_every_kind_are_read(tmp_path: Path) -> None:
    put(
        tmp_path,
        "b.jsonl",
        '{"text": "千万别买", "label": "negative", "why": "去年答错过"}',
        "",
        '{"text": "x", "answer": "y"}',
    )
    put(tmp_path, "a.jsonl", '{"text": "快又好", "label": ["speed", "quality"]}')
    put(tmp_path, "notes.txt", "not a case")
    cases = golden.load(tmp_path)
    assert [(case.place, case.wanted) for case in cases] == [
        ("data/golden/a.jsonl:1", ("quality", "speed")),
        ("data/golden/b.jsonl:1", ("negative",)),
        ("data/golden/b.jsonl:3", ("y",)),
    ]
    assert cases[1].why == "去年答错过"


def test_without_files_there_are_none(tmp_path: Path) -> None:
    assert golden.load(tmp_path) == ()
    assert golden.digest(tmp_path) == ""


def test_the_digest_is_of_all_files(tmp_path: Path) -> None:
    put(tmp_path, "a.jsonl", '{"text": "x", "label": "y"}')
    one = golden.digest(tmp_path)
    put(tmp_path, "b.jsonl", '{"text": "z", "label": "y"}')
    assert golden.digest(tmp_path) not in (one, "")


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("{", r"data/golden/a.jsonl:1 is no golden case; expected {\"text\""),
        ("[1]", r"a.jsonl:1 is no golden case"),
        ('{"text": "", "label": "a"}', r"a.jsonl:1 is no golden case"),
        ('{"text": "x", "labels": "a"}', r"a.jsonl:1 is no golden case"),
        ('{"text": "x"}', r"must have a label or an answer, and not both"),
        ('{"text": "x", "label": "a", "answer": "b"}', r"must have a label or an answer, and not both"),
    ],
)
def test_what_is_no_case_is_named(tmp_path: Path, line: str, message: str) -> None:
    put(tmp_path, "a.jsonl", line)
    with pytest.raises(DataError, match=message):
        golden.load(tmp_path)


def test_cases_that_contradict_one_another_are_named(tmp_path: Path) -> None:
    put(tmp_path, "a.jsonl", '{"text": "x", "label": "a"}', '{"text": "x", "label": "b"}')
    with pytest.raises(DataError, match=r"a.jsonl:1 and data/golden/a.jsonl:2 want different answers"):
        golden.load(tmp_path)


def test_another_encoding_is_said(tmp_path: Path) -> None:
    put(tmp_path, "a.jsonl")
    (tmp_path / golden.FOLDER / "a.jsonl").write_bytes('{"text": "好", "label": "a"}'.encode("gb18030"))
    with pytest.raises(DataError, match=r"a.jsonl is not UTF-8"):
        golden.load(tmp_path)
