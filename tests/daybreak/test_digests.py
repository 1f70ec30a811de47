"""Digests name content: equal content, equal digest, and nothing else."""

import hashlib
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from daybreak import digests

EMPTY = hashlib.sha256(b"").hexdigest()


def test_a_file_digest_is_plain_sha256(tmp_path: Path) -> None:
    file = tmp_path / "评论.txt"
    file.write_bytes("房间很干净".encode())
    assert digests.of_file(file) == hashlib.sha256("房间很干净".encode()).hexdigest()
    file.write_bytes(b"")
    assert digests.of_file(file) == EMPTY


@given(st.dictionaries(st.text(), st.integers() | st.text() | st.none(), min_size=2))
def test_the_order_of_keys_does_not_matter(value: dict[str, int | str | None]) -> None:
    assert digests.of_value(value) == digests.of_value(dict(reversed(value.items())))


@pytest.mark.parametrize(("one", "other"), [({"a": 1}, {"a": 2}), ([1, 2], [2, 1]), ("1", 1), ({"a": None}, {})])
def test_different_values_differ(one: object, other: object) -> None:
    assert digests.of_value(one) != digests.of_value(other)


def test_files_count_by_name_and_content_but_not_by_order_or_place(tmp_path: Path) -> None:
    found = {}
    for place, names in {"here": "ab", "there": "ba", "renamed": "ac"}.items():
        (tmp_path / place / "inner").mkdir(parents=True)
        files = [tmp_path / place / "inner" / name for name in names]
        for file in files:
            file.write_text("b" if file.name == "c" else file.name, encoding="utf-8")
        found[place] = digests.of_files(files, below=tmp_path / place)
    assert found["here"] == found["there"]
    assert found["here"] != found["renamed"]


def test_code_is_named_by_room_or_by_module() -> None:
    assert digests.of_code("errors.py") != digests.of_code("steps.py")
    assert digests.of_code("gates") == digests.of_code("gates")
    assert digests.of_code("gates", "errors.py") == digests.of_code("errors.py", "gates") != digests.of_code("gates")


def test_a_room_that_is_not_there_is_no_silent_zero() -> None:
    with pytest.raises(FileNotFoundError):
        digests.of_code("attic")
