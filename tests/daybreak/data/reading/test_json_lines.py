"""One object a line, and the line's number where it is none."""

from pathlib import Path

import pytest

from daybreak.data.reading import json_lines
from daybreak.errors import DataError


def test_objects_of_any_keys_and_empty_lines(tmp_path: Path) -> None:
    (tmp_path / "a.jsonl").write_bytes('{"a": 1}\r\n\n  \n{"b": "好\u2028"}'.encode())
    assert list(json_lines.read(tmp_path / "a.jsonl", "a.jsonl", None)) == [{"a": 1}, {"b": "好\u2028"}]


@pytest.mark.parametrize(
    ("line", "message"),
    [('{"a"', "is not JSON"), ("[1]", "is a list"), ("3", "is a int"), ('{"a":' + "[" * 100_000, "is not JSON")],
)
def test_what_is_no_object_is_named_by_its_line(tmp_path: Path, line: str, message: str) -> None:
    (tmp_path / "a.jsonl").write_text(f'{{"a": 1}}\n\n{line}\n', encoding="utf-8")
    with pytest.raises(DataError, match=rf"a.jsonl, line 3, {message}.*expected one object a line"):
        list(json_lines.read(tmp_path / "a.jsonl", "a.jsonl", None))
