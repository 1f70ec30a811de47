"""Files of every kind, name and fault are examined: read and judged, held with the reason, or left for later."""

import gzip
import json
import os
import stat
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from making import aged, drop_batch, make_rows, run_stages, swap_labels, write_csv, write_params

from daybreak.data import tables
from daybreak.data.admitting import admission, examination, incoming
from daybreak.data.admitting.batches import Decision
from daybreak.data.ingest import IngestParams, row_id
from daybreak.data.reading import sources
from daybreak.errors import DataError
from daybreak.records import Project

Rows = list[tuple[str, str]]


def place(project: Project, name: str) -> Path:
    path = project.root / "data/incoming" / name
    path.parent.mkdir(parents=True, exist_ok=True)
    return path


def prepare(project: Project) -> tuple[Decision, ...]:
    """What `versions.prepare` does with incoming files, without dvc."""
    taken = incoming.take_in(project)
    run_stages(project.root)
    return taken


def names(project: Project) -> list[str]:
    recorded = sources.read_sources(project.root)
    return [batch.name for batch in recorded.batches] if recorded else []


def ids(project: Project) -> set[str]:
    files = [project.root / f"data/split/{name}.parquet" for name in ("train", "validation", "test")]
    return {row for file in files for row in tables.read_column(file, "id")}


def ids_of(rows: Rows) -> set[str]:
    return {row_id(text, label) for text, label in rows}


@pytest.mark.parametrize("kind", [".tsv", ".jsonl", ".ndjson", ".parquet", ".CSV", ".csv.gz"])
def test_every_kind_of_file_is_read(staged_project: Project, kind: str) -> None:
    rows = make_rows(30, seed=9)
    path = place(staged_project, f"batch{kind}")
    if kind == ".parquet":
        pq.write_table(pa.table({"text": [row[0] for row in rows], "label": [row[1] for row in rows]}), path)
    elif kind == ".tsv":
        path.write_text("text\tlabel\n" + "".join(f"{text}\t{label}\n" for text, label in rows), encoding="utf-8")
    elif kind == ".CSV":
        write_csv(path, rows)
    elif kind == ".csv.gz":
        path.write_bytes(gzip.compress(write_csv(path.with_suffix(""), rows).read_bytes().decode().encode("gb18030")))
        path.with_suffix("").unlink()
    else:
        lines = (f'{{"text": "{text}", "label": "{label}"}}\n' for text, label in rows)
        path.write_text("".join(lines), encoding="utf-8")
    aged(path)
    assert prepare(staged_project) == ()
    assert ids(staged_project) > ids_of(rows)


def test_names_of_every_kind_make_batches(staged_project: Project) -> None:
    for number, name in enumerate(("a b.csv", "评论 一.csv", "line\nbreak.csv", "-x.csv", "#'\".csv")):
        drop_batch(staged_project, name, make_rows(20, seed=20 + number))
    assert prepare(staged_project) == ()
    assert set(names(staged_project)) == {"rows.csv", "a b.csv", "评论 一.csv", "line_break.csv", "-x.csv", "#'\".csv"}
    assert incoming.is_current(staged_project)


def test_the_same_name_with_other_content_is_another_batch(staged_project: Project) -> None:
    drop_batch(staged_project, "day/rows.csv", make_rows(20, seed=8))
    drop_batch(staged_project, "new.csv", make_rows(20, seed=9))
    prepare(staged_project)
    drop_batch(staged_project, "new.csv", make_rows(20, seed=10))
    prepare(staged_project)
    *first, last = names(staged_project)
    assert first == ["rows.csv", "day/rows.csv", "new.csv"]
    assert last.startswith("new.")
    assert last.endswith(".csv")
    assert len(last) == len("new.12345678.csv")


@pytest.mark.parametrize("encoding", ["gb18030", "utf-16", "utf-8-sig"])
def test_every_encoding_is_read(staged_project: Project, encoding: str) -> None:
    rows = make_rows(30, seed=9)
    drop_batch(
        staged_project, "new.tsv", "".join(f"{a}\t{b}\n" for a, b in [("text", "label"), *rows]).encode(encoding)
    )
    assert prepare(staged_project) == ()
    assert ids(staged_project) > ids_of(rows)


def test_conversations_are_looked_at_without_labels(project: Project) -> None:
    write_params(project.root, {"ingest": {"source": "files", "path": "chats.jsonl", "messages_column": "chat"}})
    turns = [{"role": "user", "content": "房间好吗？"}, {"role": "assistant", "content": "很好"}]
    drop_batch(project, "good.jsonl", json.dumps({"chat": turns}) + "\n")
    drop_batch(project, "bad.jsonl", (json.dumps({"chat": turns[:1]}) + "\n") * 30)
    (held,) = incoming.take_in(project)
    assert (held.name, held.check) == ("bad.jsonl", "rows")


def test_before_the_first_version_only_the_rows_themselves_are_checked(project: Project) -> None:
    drop_batch(project, "first.csv", swap_labels(make_rows(60, seed=9)))
    drop_batch(project, "empty.csv", [("", "positive")] * 20)
    (held,) = incoming.take_in(project)
    assert (held.name, held.check) == ("empty.csv", "rows")
    admission.admit(project.root, IngestParams(source="files", path="rows.csv"))
    assert names(project) == ["rows.csv", "first.csv"]


HELD_UNREAD: list[tuple[str, bytes | str, str]] = [
    ("big5.csv", "text,label\n房間很好,positive\n".encode("big5"), "big5.csv is neither UTF-8.*iconv -f BIG5"),
    ("book.csv", b"PK\x03\x04\x14\x00\x01\x00", "book.csv is a ZIP archive that needs a password"),
    ("columns.csv", "text,stars\n好,5\n", "no column 'label'.*ingest.label_column"),
    ("twice.csv", "text,text,label\n好,差,positive\n", "names a column twice"),
    ("types.jsonl", '{"text": ["好"], "label": "positive"}\n', "column 'text' of types.jsonl holds a list"),
    ("lines.jsonl", "not JSON\n", "line 1, is not JSON"),
    ("deep.jsonl", '{"text": ' + "[" * 200_000 + "\n", "deep.jsonl, line 1, is not JSON"),
    ("fake.parquet", b"no Parquet", "fake.parquet cannot be read as Parquet"),
    ("header.csv", "text,label\n", "none of its 0 rows has a text and a label"),
]


@pytest.mark.parametrize(("name", "content", "reason"), HELD_UNREAD, ids=[name for name, *_ in HELD_UNREAD])
def test_what_cannot_be_read_is_held_with_the_reason(
    staged_project: Project, name: str, content: bytes | str, reason: str
) -> None:
    drop_batch(staged_project, name, content)
    (held,) = prepare(staged_project)
    with pytest.raises(AssertionError, match=reason):
        raise AssertionError(held.reason)
    assert names(staged_project) == ["rows.csv"]
    assert incoming.is_current(staged_project)


def test_text_that_is_no_text_inside_parquet_is_held(staged_project: Project) -> None:
    broken = pa.StringArray.from_buffers(1, pa.py_buffer(b"\0\0\0\0\2\0\0\0"), pa.py_buffer(b"\xff\xfe"))
    pq.write_table(pa.table({"text": broken, "label": ["positive"]}), place(staged_project, "broken.parquet"))
    aged(place(staged_project, "broken.parquet"))
    (held,) = incoming.take_in(staged_project)
    assert "broken.parquet cannot be read" in held.reason


@pytest.mark.skipif(os.geteuid() == 0, reason="nothing is closed to root")
def test_a_file_closed_to_us_is_held_until_it_is_opened(staged_project: Project) -> None:
    path = drop_batch(staged_project, "closed.csv", make_rows(20, seed=9))
    path.chmod(0)
    (held,) = incoming.take_in(staged_project)
    assert (held.check, held.reason) == ("readable", "closed.csv cannot be read: Permission denied")
    assert incoming.take_in(staged_project) == ()
    path.chmod(stat.S_IRUSR)
    assert prepare(staged_project) == ()
    assert names(staged_project) == ["rows.csv", "closed.csv"]


def test_a_file_that_the_disk_does_not_give_is_held(staged_project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    drop_batch(staged_project, "bad.csv", make_rows(20, seed=9))

    def refuse(path: Path) -> str:
        raise PermissionError(13, "Permission denied", str(path))

    monkeypatch.setattr(examination.digests, "of_file", refuse)
    (held,) = incoming.take_in(staged_project)
    assert (held.sha256, held.reason) == ("", "bad.csv cannot be read: Permission denied")
    assert incoming.take_in(staged_project) == ()
    assert incoming.held(staged_project) == (held,)
    with pytest.raises(DataError, match=r"bad.csv cannot be admitted: bad.csv cannot be read.*Mend the file"):
        incoming.admit_held(staged_project, "bad.csv", "I know it", "Li")


def meddle(path: Path, when: str, monkeypatch: pytest.MonkeyPatch, act: Callable[[Path], Any]) -> None:
    """Do something to a file right before it is digested, read or stored."""
    module, name = {
        "digested": (examination.digests, "of_file"),
        "read": (examination.reading, "read"),
        "stored": (incoming.admission, "store"),
    }[when]
    real = getattr(module, name)

    def instead(*arguments: Any) -> Any:
        if path in arguments and path.exists():
            act(path)
        return real(*arguments)

    monkeypatch.setattr(module, name, instead)


@pytest.mark.parametrize("when", ["digested", "read", "stored"])
def test_a_file_deleted_meanwhile_is_no_batch(
    staged_project: Project, monkeypatch: pytest.MonkeyPatch, when: str
) -> None:
    path = drop_batch(staged_project, "going.csv", make_rows(20, seed=9))
    drop_batch(staged_project, "staying.csv", make_rows(20, seed=10))
    meddle(path, when, monkeypatch, Path.unlink)
    assert prepare(staged_project) == ()
    assert names(staged_project) == ["rows.csv", "staying.csv"]
    assert incoming.waiting(staged_project) == 0


@pytest.mark.parametrize("when", ["read", "stored"])
def test_a_file_changed_meanwhile_waits_for_the_next_night(
    staged_project: Project, monkeypatch: pytest.MonkeyPatch, when: str
) -> None:
    path = drop_batch(staged_project, "moving.csv", make_rows(20, seed=9))
    meddle(path, when, monkeypatch, lambda found: aged(write_csv(found, make_rows(21, seed=10))))
    assert prepare(staged_project) == ()
    assert names(staged_project) == ["rows.csv"]
    monkeypatch.undo()
    assert incoming.waiting(staged_project) == 1
    prepare(staged_project)
    assert names(staged_project) == ["rows.csv", "moving.csv"]
    assert ids(staged_project) > ids_of(make_rows(21, seed=10))
