"""What is remembered comes back whole or not at all, whoever else writes, and never takes more room than it may."""

import os
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

from daybreak import digests
from daybreak.data.remembering import memo
from daybreak.data.remembering.memo import FOLDER, SEAL, STALE_SECONDS, Memo

TABLE = pa.table({"id": ["a", "b"], "text": ["你好", "hello"]}).replace_schema_metadata({"told": "1"})


def entries(root: Path) -> list[Path]:
    return sorted((root / FOLDER).glob("*"))


def test_a_table_comes_back_with_what_is_said_beside_it(tmp_path: Path) -> None:
    Memo(tmp_path, "clean", {"a": 1}).write(TABLE)
    found = Memo(tmp_path, "clean", {"a": 1}).read()
    assert found is not None
    assert found.equals(TABLE)
    assert found.schema.metadata == {b"told": b"1"}


def test_an_entry_is_dropped(tmp_path: Path) -> None:
    memo, other = Memo(tmp_path, "asked", 1), Memo(tmp_path, "asked", 2)
    memo.drop()
    memo.write(TABLE)
    other.write(TABLE)
    memo.drop()
    assert memo.read() is None
    assert other.read() is not None


@pytest.mark.parametrize("key", [("clean", {"a": 2}), ("clean",), ("ingest", {"a": 1})])
def test_another_question_has_another_answer(tmp_path: Path, key: tuple[Any, ...]) -> None:
    Memo(tmp_path, "clean", {"a": 1}).write(TABLE)
    assert Memo(tmp_path, *key).read() is None


@pytest.mark.parametrize("part", ["of_code", "_version"])
def test_other_code_or_libraries_know_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, part: str) -> None:
    Memo(tmp_path, "clean").write(TABLE)
    monkeypatch.setattr(digests if part == "of_code" else memo, part, lambda *_names: "another")
    memo.origin.cache_clear()
    found = Memo(tmp_path, "clean").read()
    memo.origin.cache_clear()
    assert found is None


def test_nothing_is_remembered_of_a_deleted_folder(tmp_path: Path) -> None:
    Memo(tmp_path, "clean").write(TABLE)
    memo.forget(tmp_path)
    assert entries(tmp_path) == []
    assert Memo(tmp_path, "clean").read() is None
    memo.forget(tmp_path / "elsewhere")


@pytest.mark.parametrize("place", [0, 100, -1])
def test_an_altered_entry_is_none(tmp_path: Path, place: int) -> None:
    Memo(tmp_path, "clean").write(TABLE)
    (path,) = entries(tmp_path)
    content = bytearray(path.read_bytes())
    content[place] ^= 1
    path.write_bytes(content)
    assert Memo(tmp_path, "clean").read() is None


@pytest.mark.parametrize("left", [0, 1, SEAL, SEAL + 1, -1])
def test_a_cut_entry_is_none(tmp_path: Path, left: int) -> None:
    Memo(tmp_path, "clean").write(TABLE)
    (path,) = entries(tmp_path)
    path.write_bytes(path.read_bytes()[:left])
    assert Memo(tmp_path, "clean").read() is None


def test_a_draft_counts_once_it_is_kept(tmp_path: Path) -> None:
    held = Memo(tmp_path, "clean")
    with held.draft(TABLE.schema) as draft:
        draft.write(TABLE.to_batches()[0])
    assert held.read() is None
    with pytest.raises(RuntimeError), held.draft(TABLE.schema) as draft:
        draft.write(TABLE.to_batches()[0])
        draft.keep()
        raise RuntimeError
    assert held.read() is None
    assert entries(tmp_path) == []


def test_the_old_entry_stands_until_the_new_one_is_whole(tmp_path: Path) -> None:
    held = Memo(tmp_path, "clean")
    held.write(TABLE)
    with held.draft(TABLE.schema) as draft:
        draft.write(TABLE.slice(1).to_batches()[0])
        draft.keep()
        before = held.read()
    after = held.read()
    assert before is not None
    assert after is not None
    assert (before.num_rows, after.num_rows) == (2, 1)


def test_two_at_once_leave_one_whole_entry(tmp_path: Path) -> None:
    program = """
import sys
from pathlib import Path
import pyarrow as pa
from daybreak.data.remembering.memo import Memo
for number in range(20):
    Memo(Path(sys.argv[1]), "clean").write(pa.table({"who": [sys.argv[2]] * 5000, "number": [number] * 5000}))
    found = Memo(Path(sys.argv[1]), "clean").read()
    assert found is not None and len(set(zip(*found.to_pydict().values()))) == 1, found
"""
    command = [sys.executable, "-P", "-c", program, str(tmp_path)]
    running = [subprocess.Popen([*command, who], stderr=subprocess.PIPE, text=True) for who in "ab"]
    assert [each.communicate(timeout=60)[1] for each in running] == ["", ""]
    assert len(entries(tmp_path)) == 1


def test_what_was_used_least_lately_goes_first(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for number, name in enumerate("abc"):
        Memo(tmp_path, name).write(TABLE)
        (path,) = (tmp_path / FOLDER).glob(f"{name}-*")
        os.utime(path, (number, number))
    assert Memo(tmp_path, "a").read() is not None  # used now
    monkeypatch.setattr(memo, "BYTES", 3 * path.stat().st_size)
    Memo(tmp_path, "d").write(TABLE)
    assert [path.name[0] for path in entries(tmp_path)] == ["a", "c", "d"]


def test_drafts_that_nobody_finished_are_swept(tmp_path: Path) -> None:
    Memo(tmp_path, "clean").write(TABLE)
    fresh, stale = (tmp_path / FOLDER / f"{name}.tmp" for name in ("fresh", "stale"))
    for path in (fresh, stale):
        path.write_bytes(b"half")
    os.utime(stale, (0, time.time() - STALE_SECONDS - 1))
    Memo(tmp_path, "ingest").write(TABLE)
    assert fresh.exists()
    assert not stale.exists()


def test_what_cannot_be_written_is_no_error(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "data").mkdir()
    (tmp_path / FOLDER).write_text("a file in the way", encoding="utf-8")
    Memo(tmp_path, "clean").write(TABLE)
    assert Memo(tmp_path, "clean").read() is None
    monkeypatch.setattr(memo, "SPARE", 1 << 62)  # no disk has that much left
    Memo(tmp_path / "full", "clean").write(TABLE)
    assert entries(tmp_path / "full") == []
