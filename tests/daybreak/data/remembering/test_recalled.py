"""A row is worked out once, as long as nothing of it changes."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

from daybreak.data.remembering import recalled
from daybreak.data.remembering.recalled import TREATED, Known

Rows = list[tuple[str, str, str]]


class Counting:
    """Works rows out by putting their text in capitals, and remembers which ones."""

    def __init__(self) -> None:
        self.seen: list[str] = []

    def __call__(self, ids: Sequence[str], texts: Sequence[str], messages: Sequence[str]) -> Iterator[tuple[str, ...]]:
        self.seen += texts
        for row, text, said in zip(ids, texts, messages, strict=True):
            yield text.upper(), said, row, "en", "", ""


def treat(
    root: Path, rows: Rows, *, longest: int = 100, key: str = "k", pieces: int = 2
) -> tuple[list[Any], list[str]]:
    """The treated rows, in pieces as files are read, and which texts had to be worked out."""
    work, told = Counting(), []
    known = Known(root, "clean", key, longest=longest)
    with known:
        for start in range(0, len(rows), pieces):
            columns = zip(*rows[start : start + pieces], strict=True)
            batch = pa.RecordBatch.from_arrays([pa.array(each) for each in columns], ["id", "text", "messages"])
            done = known.treated(batch, work)
            told += list(zip(*(done[name].to_pylist() for name in TREATED), strict=True))
    return told, work.seen


ROWS: Rows = [(f"{number:02}", f"text {number}", "") for number in range(7)]


def test_what_was_worked_out_is_not_worked_out_again(tmp_path: Path) -> None:
    first, worked = treat(tmp_path, ROWS)
    assert len(worked) == 7
    assert treat(tmp_path, ROWS) == (first, [])
    assert treat(tmp_path, ROWS[2:5], pieces=3) == (first[2:5], [])


def test_only_new_and_changed_rows_are_worked_out(tmp_path: Path) -> None:
    treat(tmp_path, ROWS)
    changed = [ROWS[0], ("01", "another text", ""), *ROWS[2:], ("99", "new", "")]
    told, worked = treat(tmp_path, changed)
    assert worked == ["another text", "new"]
    assert told == treat(tmp_path / "anew", changed)[0]
    assert treat(tmp_path, changed)[1] == []


def test_turns_are_part_of_a_row(tmp_path: Path) -> None:
    treat(tmp_path, [("1", "same", "[1]")])
    assert treat(tmp_path, [("1", "same", "[2]")])[1] == ["same"]


def test_repeats_are_worked_out_once_and_remembered_once(tmp_path: Path) -> None:
    rows: Rows = [("1", "a", ""), ("1", "a", ""), ("1", "b", ""), ("1", "b", ""), ("2", "a", "")]
    told, worked = treat(tmp_path, rows, pieces=5)
    assert [each[0] for each in told] == ["A", "A", "B", "B", "A"]
    assert worked == ["a", "b", "a"]
    assert [each[0] for each in treat(tmp_path, rows, pieces=5)[0]] == ["A", "A", "B", "B", "A"]


def test_other_settings_and_long_rows_are_never_recalled(tmp_path: Path) -> None:
    treat(tmp_path, ROWS)
    assert len(treat(tmp_path, ROWS, key="other")[1]) == 7
    long: Rows = [("1", "a" * 11, ""), ("2", "b", "")]
    treat(tmp_path, long, longest=10, key="short")
    assert treat(tmp_path, long, longest=10, key="short")[1] == ["a" * 11]


def test_without_a_context_nothing_is_remembered(tmp_path: Path) -> None:
    batch = pa.RecordBatch.from_arrays([pa.array([each]) for each in ROWS[0]], ["id", "text", "messages"])
    assert Known(tmp_path, "clean", longest=9).treated(batch, Counting())["text"].to_pylist() == ["TEXT 0"]
    assert not (tmp_path / "data").exists()


def test_what_broke_is_not_remembered(tmp_path: Path) -> None:
    known = Known(tmp_path, "clean", "k", longest=100)
    batch = pa.RecordBatch.from_arrays([pa.array([each]) for each in ROWS[0]], ["id", "text", "messages"])
    with pytest.raises(RuntimeError), known:
        known.treated(batch, Counting())
        raise RuntimeError
    assert len(treat(tmp_path, ROWS)[1]) == 7


def test_no_rows_are_treated(tmp_path: Path) -> None:
    assert treat(tmp_path, []) == ([], [])


def test_a_value_is_worked_out_once(tmp_path: Path) -> None:
    calls: list[int] = []

    def work() -> dict[str, float]:
        calls.append(1)
        return {"准": 0.98}

    assert [recalled.value(tmp_path, "planted", 1, work=work) for _ in range(2)] == [{"准": 0.98}] * 2
    assert recalled.value(tmp_path, "planted", 2, work=work) == {"准": 0.98}
    assert len(calls) == 2
