"""Admission fixes by digest what is read, copies it by content, and leaves the file alone when nothing changed."""

import os
from collections.abc import Callable
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from making import make_rows, write_csv

from daybreak import digests
from daybreak.data.admitting.admission import admit, is_current
from daybreak.data.ingest import IngestParams
from daybreak.data.reading import sources
from daybreak.errors import DataError


def files(path: str) -> IngestParams:
    return IngestParams(source="files", path=path)


def names(found: sources.Sources) -> list[str]:
    return [batch.name for batch in found.batches]


def test_a_file_is_copied_by_its_content(tmp_path: Path) -> None:
    raw = write_csv(tmp_path / "rows.csv", make_rows(4))
    batch = admit(tmp_path, files("rows.csv")).batches[0]
    stored = tmp_path / "data/shards" / f"{digests.of_file(raw)}.csv"
    assert stored.read_bytes() == raw.read_bytes()
    assert (batch.name, batch.shards[0].bytes) == ("rows.csv", raw.stat().st_size)
    assert sources.read_sources(tmp_path) is not None
    assert [path.name for path in stored.parent.iterdir()] == [stored.name]


def test_a_folder_and_a_glob_are_read_in_order(tmp_path: Path) -> None:
    for name in (
        "incoming/b.csv",
        "incoming/a.tsv",
        "incoming/more/c.csv",
        "incoming/.hidden.csv",
        "incoming/notes.md",
    ):
        write_csv(tmp_path / name, make_rows(2, seed=len(name)))
    (tmp_path / "incoming/a.tsv").write_text("text\tlabel\n好\tyes\n", encoding="utf-8")
    assert names(admit(tmp_path, files("incoming"))) == ["incoming/a.tsv", "incoming/b.csv", "incoming/more/c.csv"]
    assert names(admit(tmp_path, files("incoming/*.csv"))) == ["incoming/b.csv"]
    assert names(admit(tmp_path, files("in*/**/*.csv"))) == ["incoming/b.csv", "incoming/more/c.csv"]


def test_files_elsewhere_keep_no_trace_of_where(tmp_path: Path) -> None:
    write_csv(tmp_path / "elsewhere/sub/rows.csv", make_rows(2))
    root = tmp_path / "project"
    assert names(admit(root, files(str(tmp_path / "elsewhere")))) == ["sub/rows.csv"]
    assert names(admit(root, files("../elsewhere/sub/rows.csv"))) == ["rows.csv"]


def test_admitting_again_changes_nothing_until_the_source_does(tmp_path: Path) -> None:
    raw = write_csv(tmp_path / "rows.csv", make_rows(4))
    params = files("rows.csv")
    assert not is_current(tmp_path, params)
    first = admit(tmp_path, params)
    before = (tmp_path / sources.FILE).stat().st_mtime_ns
    assert admit(tmp_path, params) == first
    assert (tmp_path / sources.FILE).stat().st_mtime_ns == before
    assert is_current(tmp_path, params)
    raw.write_text("text,label\nother,x\n", encoding="utf-8")
    assert not is_current(tmp_path, params)
    assert admit(tmp_path, params) != first


def test_an_altered_shard_is_copied_again(tmp_path: Path) -> None:
    write_csv(tmp_path / "rows.csv", make_rows(4))
    batch = admit(tmp_path, files("rows.csv")).batches[0]
    stored = sources.verified_shard(tmp_path, batch, batch.shards[0])
    stored.write_text("broken", encoding="utf-8")
    admit(tmp_path, files("rows.csv"))
    assert sources.verified_shard(tmp_path, batch, batch.shards[0]) == stored


def test_the_sample_is_read_in_place(tmp_path: Path) -> None:
    batch = admit(tmp_path, IngestParams()).batches[0]
    assert [shard.name for shard in batch.shards] == ["pos.txt", "neg.txt"]
    assert not (tmp_path / "data/shards").exists()
    assert is_current(tmp_path, IngestParams())


@pytest.mark.parametrize(
    ("path", "message"),
    [
        ("missing.csv", r"missing.csv names nothing that is there; expected a file, folder or glob.*Mend ingest"),
        ("nowhere/*.csv", r"names nothing that is there"),
        ("notes.md", r"ingest.path names notes.md; expected a file ending in .csv"),
        ("docs", r"names 1 files, none of a known kind"),
        ("empty", r"names nothing that is there"),
    ],
)
def test_a_source_that_is_not_there_is_said(tmp_path: Path, path: str, message: str) -> None:
    (tmp_path / "docs").mkdir()
    (tmp_path / "empty").mkdir()
    for name in ("notes.md", "docs/notes.md"):
        (tmp_path / name).write_text("x", encoding="utf-8")
    with pytest.raises(DataError, match=message):
        admit(tmp_path, files(path))
    assert not (tmp_path / sources.FILE).exists()


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("bad.csv", "text,stars\n好,5\n"),
        ("bad.tsv", "text\tstars\n好\t5\n"),
        ("bad.jsonl", '{"text": "好", "stars": 5}\n'),
        ("bad.parquet", pa.table({"text": ["好"], "stars": [5]})),
    ],
)
def test_a_file_without_a_column_is_refused_before_anything_is_written(
    tmp_path: Path, name: str, content: str | pa.Table
) -> None:
    first = write_csv(tmp_path / "in/a-good.csv", make_rows(4))
    admit(tmp_path, files("in"))
    before = _tree(tmp_path / "data")
    write_csv(first, make_rows(4, seed=2))
    if isinstance(content, str):
        (tmp_path / "in" / name).write_text(content, encoding="utf-8")
    else:
        pq.write_table(content, tmp_path / "in" / name)
    with pytest.raises(DataError, match=rf"in/{name} has no column 'label', .*'text', 'stars'.*ingest.label_column"):
        admit(tmp_path, files("in"))
    assert _tree(tmp_path / "data") == before


def test_a_dataset_without_a_column_is_refused_before_anything_is_written(tmp_path: Path) -> None:
    (tmp_path / "saved").mkdir()
    pq.write_table(pa.table({"text": ["好"], "stars": [5]}), tmp_path / "saved" / "train.parquet")
    params = IngestParams(source="huggingface", path="saved")
    with pytest.raises(DataError, match=r"train.parquet has no column 'label'"):
        admit(tmp_path, params)
    assert _tree(tmp_path / "data") == {}
    admit(tmp_path, params.model_copy(update={"label_column": "stars"}))


def test_a_link_out_of_the_folder_is_refused(tmp_path: Path) -> None:
    outside = write_csv(tmp_path / "private/rows.csv", make_rows(2))
    inside = write_csv(tmp_path / "in/rows.csv", make_rows(2, seed=2))
    (tmp_path / "in/again.csv").symlink_to(inside)
    assert names(admit(tmp_path, files("in"))) == ["in/rows.csv", "in/rows.csv"]
    for target in (outside, outside.parent):
        (tmp_path / "in/out.csv").symlink_to(target)
        for path in ("in", "in/*.csv"):
            with pytest.raises(DataError, match=r"out.csv is a link out of the folder.*Copy the file there"):
                admit(tmp_path, files(path))
        (tmp_path / "in/out.csv").unlink()
    (tmp_path / "link.csv").symlink_to(outside)
    assert names(admit(tmp_path, files("link.csv"))) == ["private/rows.csv"]


@pytest.mark.parametrize("path", ["in", "in/*.csv"])
@pytest.mark.parametrize(
    ("make", "found"),
    [
        (lambda place: place.symlink_to(place.name), r"odd.csv is a link that leads to no file"),
        (lambda place: place.symlink_to("absent.csv"), r"odd.csv is a link that leads to no file"),
        (os.mkfifo, r"odd.csv is neither a file nor a folder"),
    ],
    ids=["itself", "nothing", "pipe"],
)
def test_what_stands_among_the_files_and_is_none_is_named(
    tmp_path: Path, path: str, make: Callable[[Path], None], found: str
) -> None:
    write_csv(tmp_path / "in/rows.csv", make_rows(2))
    admit(tmp_path, files(path))
    before = _tree(tmp_path / "data")
    make(tmp_path / "in/odd.csv")
    for call in (admit, is_current):
        with pytest.raises(DataError, match=found):
            call(tmp_path, files(path))
    assert _tree(tmp_path / "data") == before


def test_a_path_that_is_a_link_to_itself_is_named(tmp_path: Path) -> None:
    (tmp_path / "rows.csv").symlink_to("rows.csv")
    with pytest.raises(DataError, match=r"ingest.path rows.csv names nothing that is there"):
        admit(tmp_path, files("rows.csv"))


def test_plain_text_is_taken_only_where_it_is_named(tmp_path: Path) -> None:
    write_csv(tmp_path / "in/rows.csv", make_rows(2))
    (tmp_path / "in/positive.txt").write_text("好\n", encoding="utf-8")
    assert names(admit(tmp_path, files("in"))) == ["in/rows.csv"]
    assert names(admit(tmp_path, files("in/*"))) == ["in/rows.csv"]
    assert names(admit(tmp_path, files("in/*.txt"))) == ["in/positive.txt"]
    (shard,) = (path.name for path in (tmp_path / sources.SHARDS).iterdir() if path.suffix == ".txt")
    assert shard.endswith(".positive.txt")


def test_a_source_that_vanishes_leaves_what_was_admitted(tmp_path: Path) -> None:
    raw = write_csv(tmp_path / "rows.csv", make_rows(4))
    admit(tmp_path, files("rows.csv"))
    before = _tree(tmp_path / "data")
    raw.unlink()
    for call in (admit, is_current):
        with pytest.raises(DataError, match=r"ingest.path rows.csv names nothing that is there"):
            call(tmp_path, files("rows.csv"))
    assert _tree(tmp_path / "data") == before


@pytest.mark.skipif(os.geteuid() == 0, reason="nothing is closed to root")
def test_a_file_that_is_closed_to_us_is_said(tmp_path: Path) -> None:
    write_csv(tmp_path / "rows.csv", make_rows(4)).chmod(0)
    with pytest.raises(DataError, match=r"rows.csv cannot be read: Permission denied"):
        admit(tmp_path, files("rows.csv"))


def test_a_label_that_only_later_lines_have_is_a_column(tmp_path: Path) -> None:
    (tmp_path / "rows.jsonl").write_text('{"text": "好"}\n{"text": "差", "label": "no"}\n', encoding="utf-8")
    assert names(admit(tmp_path, files("rows.jsonl"))) == ["rows.jsonl"]


def _tree(folder: Path) -> dict[str, bytes]:
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


AUGMENTING = """split:
  augment:
    synonyms: 1
    synonym_file: words.txt
    back_translation:
      there: zh-en
      back: en-zh
"""


@pytest.fixture
def augmenting(tmp_path: Path) -> Path:
    (tmp_path / "rows.csv").write_text("text,label\n好,yes\n", encoding="utf-8")
    (tmp_path / "words.txt").write_text("好 不错\n", encoding="utf-8")
    for name in ("zh-en", "en-zh"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "model.safetensors").write_bytes(name.encode())
    (tmp_path / "params.yaml").write_text(AUGMENTING, encoding="utf-8")
    return tmp_path


@pytest.mark.parametrize("changed", ["words.txt", "zh-en/model.safetensors", "en-zh/model.safetensors"])
def test_what_augmentation_reads_is_fixed_by_digest_too(augmenting: Path, changed: str) -> None:
    params = files("rows.csv")
    before = admit(augmenting, params)
    assert before.augmenting.keys() == {"words.txt", "zh-en", "en-zh"}
    assert is_current(augmenting, params)
    with (augmenting / changed).open("ab") as file:
        file.write("好 棒\n".encode())
    assert not is_current(augmenting, params)
    after = admit(augmenting, params)
    assert {name for name in after.augmenting if after.augmenting[name] != before.augmenting[name]} == {
        changed.partition("/")[0]
    }
    assert is_current(augmenting, params)


def test_what_no_method_asks_for_is_not_looked_at(augmenting: Path) -> None:
    none = AUGMENTING.replace("synonyms: 1", "synonyms: 0").replace("      there", "      share: 0\n      there")
    (augmenting / "params.yaml").write_text(none, encoding="utf-8")
    assert admit(augmenting, files("rows.csv")).augmenting == {}
    assert "augmenting" not in (augmenting / "data/sources.yaml").read_text(encoding="utf-8")


def test_a_missing_file_of_synonyms_is_left_to_the_stage_that_reads_it(augmenting: Path) -> None:
    (augmenting / "words.txt").unlink()
    assert admit(augmenting, files("rows.csv")).augmenting.keys() == {"zh-en", "en-zh"}
