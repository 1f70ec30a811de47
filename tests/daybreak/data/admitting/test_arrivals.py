"""A file that is still being written, cut short, or no file at all is left alone, whatever it is called."""

import gzip
import os
import subprocess
import sys
import time
import tracemalloc
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from making import make_rows, write_csv

from daybreak.data.admitting import arrivals
from daybreak.data.admitting.arrivals import Arrival
from daybreak.data.reading import Columns

APPEND = """
import sys, time
with open(sys.argv[1], "a", encoding="utf-8") as stream:
    print("open", flush=True)
    time.sleep(60)
"""


def drop(root: Path, name: str, content: str | bytes = "text,label\n好,yes\n") -> Path:
    path = root / "data/incoming" / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return path


def only(root: Path) -> Arrival:
    (arrival,) = arrivals.files(root)
    return arrival


def test_no_folder_is_no_file(tmp_path: Path) -> None:
    assert arrivals.files(tmp_path) == []


def test_files_are_found_by_name_in_folders_too(tmp_path: Path) -> None:
    for name in ("b.csv", "a b.csv", "更多/好.jsonl", ".hidden.csv", ".git/x.csv", "line\nbreak.csv"):
        drop(tmp_path, name)
    found = arrivals.files(tmp_path)
    assert [each.place for each in found] == ["a b.csv", "b.csv", "line\nbreak.csv", "更多/好.jsonl"]
    assert [each.name for each in found] == ["a b.csv", "b.csv", "line_break.csv", "更多/好.jsonl"]


def test_a_name_that_is_no_text_is_still_a_name(tmp_path: Path) -> None:
    drop(tmp_path, os.fsdecode(b"caf\xe9.csv"))
    assert only(tmp_path).name == "caf\\xe9.csv"
    assert only(tmp_path).path.read_bytes().startswith(b"text")


def test_links_in_circles_and_pipes_stop_nobody(tmp_path: Path) -> None:
    folder = drop(tmp_path, "a.csv").parent
    (folder / "circle").symlink_to(folder)
    (folder / "self.csv").symlink_to("self.csv")
    (folder / "nowhere.csv").symlink_to("gone.csv")
    os.mkfifo(folder / "pipe.csv")
    found = {each.name: arrivals.unfinished(each) for each in arrivals.files(tmp_path)}
    assert found.keys() == {"a.csv", "nowhere.csv", "self.csv"}
    assert found.pop("a.csv") == ""
    assert all("cannot be reached" in why for why in found.values())


@pytest.mark.parametrize(
    ("name", "content", "why"),
    [
        ("a.csv.part", "x", "still being written"),
        ("a.CSV.TMP", "x", "still being written"),
        ("a.csv~", "x", "still being written"),
        ("a.jsonl.crdownload", "x", "still being written"),
        ("notes.md", "x", "no file of a known kind"),
        ("a.csv", "", "it is empty"),
        ("reviews.txt", "x", "no file of a known kind"),
    ],
)
def test_what_is_not_finished_is_said(tmp_path: Path, name: str, content: str, why: str) -> None:
    drop(tmp_path, name, content)
    assert why in arrivals.unfinished(only(tmp_path))


def test_a_link_out_of_the_folder_is_not_followed(tmp_path: Path) -> None:
    path = drop(tmp_path, "a.csv")
    (tmp_path / "private.csv").write_text("text,label\n好,yes\n", encoding="utf-8")
    (path.parent / "below").mkdir()
    (path.parent / "below/within.csv").symlink_to(path)
    (path.parent / "below/out.csv").symlink_to(tmp_path / "private.csv")
    found = {each.name: arrivals.unfinished(each) for each in arrivals.files(tmp_path)}
    assert found["below/within.csv"] == ""
    assert "link out of data/incoming/" in found["below/out.csv"]


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux's kernel tells who writes")
def test_a_file_that_a_process_has_open_for_writing_is_left_alone(tmp_path: Path) -> None:
    path = drop(tmp_path, "a.csv")
    assert arrivals.unfinished(only(tmp_path)) == ""
    with subprocess.Popen([sys.executable, "-c", APPEND, str(path)], stdout=subprocess.PIPE, text=True) as writer:
        assert writer.stdout is not None
        writer.stdout.readline()
        assert arrivals.unfinished(only(tmp_path)) == "a process is still writing it"
        writer.kill()
    assert arrivals.unfinished(only(tmp_path)) == ""


def test_a_reader_is_no_writer_and_a_missing_file_has_none(tmp_path: Path) -> None:
    path = drop(tmp_path, "a.csv")
    with path.open("rb"):
        assert not arrivals.is_being_written(path)
    assert not arrivals.is_being_written(tmp_path / "gone.csv")


def test_an_old_file_is_quiet_at_once_and_a_young_one_after_a_while(tmp_path: Path) -> None:
    path = drop(tmp_path, "a.csv")
    os.utime(path, (0, 0))
    began = time.monotonic()
    assert arrivals.quiet(arrivals.files(tmp_path), 30)
    assert time.monotonic() - began < 25
    os.utime(path)
    assert arrivals.quiet(arrivals.files(tmp_path), 0.5)
    assert 0.3 < time.monotonic() - began < 60


def test_a_clock_ahead_of_ours_is_waited_for_no_longer(tmp_path: Path) -> None:
    os.utime(drop(tmp_path, "a.csv"), (2**32, 2**32))
    began = time.monotonic()
    assert len(arrivals.quiet(arrivals.files(tmp_path), 0.2)) == 1
    assert time.monotonic() - began < 60


@pytest.mark.parametrize("change", ["grow", "delete", "rewrite"])
def test_what_changes_meanwhile_is_not_quiet(tmp_path: Path, change: str) -> None:
    path = drop(tmp_path, "a.csv")
    found = arrivals.files(tmp_path)
    if change == "delete":
        path.unlink()
    else:
        before = path.stat()
        path.write_bytes(path.read_bytes() * 2 if change == "grow" else path.read_bytes()[::-1])
        os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))
    assert arrivals.quiet(found, 0) == []


@pytest.mark.parametrize(
    ("name", "content", "cut"),
    [
        ("a.jsonl", '{"text": "好", "label": "yes"}\n{"text": "差', True),
        ("a.jsonl", '{"text": "好", "label": "yes"}\n{"text": 差}\n', False),
        ("a.jsonl", b'{"text": "\xe5\xa5\xbd", "label": "yes"}\n{"text": "\xe5\xa5', True),
        ("a.csv", "text,label\n好,yes\n差", True),
        ("a.csv", 'text,label\n好,yes\n"差', True),
        ("a.csv", "text,stars\n好,5\n差,1", False),
        ("a.csv", "text,label\n房间很好,yes".encode("gb18030"), False),
        ("a.csv", "text,label\n房间很好,yes\n差".encode("utf-16"), True),
        ("a.csv.gz", gzip.compress(b"text,label\ngood,yes\n", mtime=0)[:-4], True),
        ("a.csv.gz", gzip.compress(b"text,stars\ngood,5\n", mtime=0), False),
        ("a.csv.gz", b"no gzip", False),
        ("a.tsv", "text\tlabel\n好\tyes\n差", True),
    ],
)
def test_a_cut_end_is_told_from_a_wrong_file(tmp_path: Path, name: str, content: str | bytes, cut: bool) -> None:
    assert arrivals.is_cut(drop(tmp_path, name, content), Columns()) is cut


def test_a_parquet_file_without_its_footer_is_cut(tmp_path: Path) -> None:
    path = tmp_path / "data/incoming/a.parquet"
    path.parent.mkdir(parents=True)
    pq.write_table(pa.table({"text": ["好"] * 99, "label": ["yes"] * 99}), path)
    assert not arrivals.is_cut(path, Columns())
    path.write_bytes(path.read_bytes()[:-20])
    assert arrivals.is_cut(path, Columns())
    path.write_bytes(b"no Parquet at all")
    assert not arrivals.is_cut(path, Columns())


@pytest.mark.parametrize("name", ["a.jsonl", "a.parquet"])
def test_a_large_file_is_looked_at_piece_by_piece(tmp_path: Path, name: str) -> None:
    line = b'{"text": "' + b"x" * 2**20 + b'", "label": "yes"}\n'
    content = line * 32 + line[:-2] if name == "a.jsonl" else b"PAR1" + bytes(2**25)
    path = drop(tmp_path, name, content)
    tracemalloc.start()
    assert arrivals.is_cut(path, Columns())
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 12 * 2**20


def test_a_thousand_files_are_listed_in_no_time(tmp_path: Path) -> None:
    for number in range(1000):
        write_csv(tmp_path / f"data/incoming/{number}.csv", make_rows(1))
    began = time.process_time()
    assert len(arrivals.files(tmp_path)) == 1000
    assert time.process_time() - began < 5
