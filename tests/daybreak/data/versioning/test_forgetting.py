"""A row forgotten for real: no byte of it is left in any version, cache, remote or raw file, and it stays away."""

import subprocess
import sys
from pathlib import Path

import pytest
from making import commit_all, make_rows, run_git, write_csv, write_params

from daybreak.data import ingest, tables
from daybreak.data.held_out import release_set
from daybreak.data.versioning import forgetting, pin, remote, rollback, tags, versions
from daybreak.errors import BadInput, DataError
from daybreak.records import Project

pytestmark = pytest.mark.slow  # several real preparations a test

FEWEST = 6  # rows of a label: two in each split
NUMBER = 3
TEXT, LABEL = make_rows(120)[NUMBER]
ROW = ingest.row_id(TEXT, LABEL)
MARK = TEXT.rsplit(" ", 1)[1]  # a number that no other row has

KILLED = """
import os, sys
from pathlib import Path
from daybreak.data.versioning import forgetting, tags
from daybreak.records import Project
tags.put = lambda *_words, **_named: os.kill(os.getpid(), 9)
forgetting.forget(Project(name="sample", root=Path.cwd()), sys.argv[1], reason="the author asked", actor="Ann")
"""


def dvc(root: Path, *arguments: str) -> None:
    command = [sys.executable, "-P", "-m", "dvc", *arguments]
    subprocess.run(command, cwd=root, check=True, capture_output=True)


def told(path: Path) -> str:
    """A file's text; a Parquet file's strings, which are compressed."""
    content = path.read_bytes()
    if content[:4] == b"PAR1":
        return tables.read(path.absolute()).to_csv()
    return content.decode("utf-8", "replace")


def holding(*places: Path) -> list[str]:
    """Files that still say the row's words."""
    found = [path for place in places for path in place.rglob("*") if path.is_file() and ".git" not in path.parts]
    return [str(path) for path in found if MARK in told(path)]


def take_out(project: Project, count: int) -> None:
    """The user removes the row from the file that ingest.path names."""
    rows = make_rows(count)
    write_csv(project.root / "rows.csv", [*rows[:NUMBER], *rows[NUMBER + 1 :]])


def forget(project: Project, row: str = ROW) -> forgetting.Forgotten:
    return forgetting.forget(project, row, reason="the author asked", actor="Ann")


def test_nothing_of_the_row_is_left(grown: Project, tmp_path: Path) -> None:
    dvc(grown.root, "remote", "add", "--default", "shelf", str(tmp_path / "shelf"))
    assert remote.push(grown).versions == (1, 2, 3)
    before = tags.history(grown)
    assert holding(grown.root / ".dvc" / "cache", tmp_path / "shelf")
    take_out(grown, 240)
    found = forget(grown)
    assert (found.ids, found.versions, found.left, found.objects) == ((ROW,), (1, 2, 3), "", ())
    assert len(found.files) == 3
    assert holding(grown.root, tmp_path / "shelf") == []
    after = tags.history(grown)
    assert [each.version for each in after] == [1, 2, 3]
    assert [each.rows["kept"] for each in after] == [each.rows["kept"] - 1 for each in before]
    assert [each.at for each in after] == [each.at for each in before]
    assert not {each.digest for each in before} & {each.digest for each in after}
    status = versions.prepare(grown)
    assert status.version == 3
    rollback.rollback(grown, 1, reason="look", actor="Ann")
    assert holding(grown.root) == []
    assert len(tables.read(grown.data / "ingest" / "rows.parquet")) == 119


def test_what_says_the_same_is_forgotten_with_it(prepared: Project) -> None:
    take_out(prepared, 120)
    more = [(f" {TEXT}\u200b", "positive"), (TEXT, "negative")]
    write_csv(prepared.data / "incoming" / "more.csv", [*make_rows(60, seed=9), *more])
    found = forget(prepared, f"{ROW}.2-3")  # as stage dedupe numbers rows that share an id
    assert {ROW, *(ingest.row_id(*each) for each in more)} == set(found.ids)
    assert holding(prepared.root) == []


def test_it_does_not_come_back(prepared: Project) -> None:
    take_out(prepared, 120)
    forget(prepared)
    write_csv(prepared.data / "incoming" / "again.csv", [*make_rows(60, seed=9), (TEXT, LABEL)])
    assert versions.status(prepared) is None
    found = versions.prepare(prepared)
    assert holding(prepared.root) == []
    assert versions.status(prepared) == found == versions.prepare(prepared)
    write_csv(prepared.root / "rows.csv", make_rows(120))
    with pytest.raises(DataError, match=r"rows.csv, which ingest.path names, still holds the row; .*Take it out there"):
        versions.prepare(prepared)


def test_a_clone_gives_way_to_the_version_without_the_row(prepared: Project, tmp_path: Path) -> None:
    run_git(tmp_path, "init", "--quiet", "--bare", "origin.git")
    run_git(prepared.root, "remote", "add", "origin", str(tmp_path / "origin.git"))
    dvc(prepared.root, "remote", "add", "--default", "shelf", str(tmp_path / "shelf"))
    commit_all(prepared.root, "Share the data")
    run_git(prepared.root, "push", "--quiet", "origin", "main")
    remote.push(prepared)
    run_git(tmp_path, "clone", "--quiet", "--branch", "main", "origin.git", "second")
    second = Project(name="sample", root=tmp_path / "second")
    assert tags.history(second) == tags.history(prepared)
    take_out(prepared, 120)
    assert forget(prepared).left == ""
    pushed = remote.push(second)
    assert (pushed.tags, pushed.moved, pushed.reason) == ((), {}, "")
    assert tags.history(second) == tags.history(prepared)


def test_what_cannot_be_reached_is_erased_later(prepared: Project, tmp_path: Path) -> None:
    dvc(prepared.root, "remote", "add", "--default", "shelf", str(tmp_path / "shelf"))
    remote.push(prepared)
    (tmp_path / "shelf").rename(tmp_path / "away")
    (tmp_path / "shelf").write_text("offline", encoding="utf-8")
    take_out(prepared, 120)
    found = forget(prepared)
    assert "dvc push failed" in found.left
    assert holding(prepared.root) == []
    (tmp_path / "shelf").unlink()
    (tmp_path / "away").rename(tmp_path / "shelf")
    versions.prepare(prepared)
    assert holding(tmp_path / "shelf") == []
    assert forgetting.read(prepared).entries[0].objects == ()


def test_what_was_cut_short_is_done_by_the_same_command(prepared: Project) -> None:
    take_out(prepared, 120)
    done = subprocess.run([sys.executable, "-P", "-c", KILLED, ROW], cwd=prepared.root, capture_output=True)
    assert done.returncode == -9
    assert "run the same command again" in forgetting.read(prepared).entries[0].left
    with pytest.raises(DataError, match=rf"was cut short; .*Run `daybreak data forget {ROW}` again"):
        versions.prepare(prepared)
    found = forget(prepared)
    assert (found.versions, found.left, found.objects) == ((1,), "", ())
    assert holding(prepared.root) == []


def tree(root: Path) -> dict[str, bytes]:
    found = [path for path in root.rglob("*") if path.is_file() and not {".dvc", ".git"} & set(path.parts)]
    return {str(path): path.read_bytes() for path in found}


def test_what_is_refused_changes_nothing(prepared: Project) -> None:
    before, refs = tree(prepared.root), run_git(prepared.root, "show-ref")
    with pytest.raises(DataError, match=r"rows.csv, which ingest.path names, still holds the row"):
        forget(prepared)
    with pytest.raises(DataError, match=r"no raw file of project sample on this machine holds the row 'nobody'"):
        forget(prepared, "nobody")
    with pytest.raises(BadInput, match=r"forgetting without a reason"):
        forgetting.forget(prepared, ROW, reason=" ", actor="Ann")
    (prepared.data / "split" / "mine.txt").write_text("mine", encoding="utf-8")
    with pytest.raises(DataError, match=r"changed by hand: data/split/mine.txt"):
        forget(prepared)
    (prepared.data / "split" / "mine.txt").unlink()
    rollback.rollback(prepared, 1, reason="look", actor="Ann")
    with pytest.raises(DataError, match=r"stand rolled back; .*daybreak data forward"):
        forget(prepared)
    pin.write(prepared, None)
    assert {name: text for name, text in tree(prepared.root).items() if "rollbacks" not in name} == before
    assert run_git(prepared.root, "show-ref") == refs


def test_a_row_that_judges_releases_is_taken_out_by_people_first(prepared: Project) -> None:
    take_out(prepared, 120)
    path = prepared.root / release_set.FILE
    path.parent.mkdir()
    row = release_set.ReleaseRow(id=ROW, text=TEXT, label=LABEL, identity="i")
    path.write_text(release_set.text([row]), encoding="utf-8")
    with pytest.raises(DataError, match=r"release set .* holds the row; .*Freeze another one"):
        forget(prepared)


def test_a_version_that_cannot_do_without_the_row_stops_everything(project: Project) -> None:
    few = make_rows(60)
    kept = [row for row in few if row[1] == "positive"] + [row for row in few if row[1] == "negative"][:FEWEST]
    write_csv(project.root / "rows.csv", kept)
    write_params(project.root, {"split": {"ratios": {"train": 0.34, "validation": 0.33, "test": 0.33}, "seed": 17}})
    versions.prepare(project)
    text, label = kept[-1]
    write_csv(project.root / "rows.csv", kept[:-1])
    before, refs = tree(project.root), run_git(project.root, "show-ref")
    with pytest.raises(DataError, match=r"label 'negative' has 1 rows in"):
        forget(project, ingest.row_id(text, label))
    assert (tree(project.root), run_git(project.root, "show-ref")) == (before, refs)


def test_a_damaged_book_stops_everything(prepared: Project) -> None:
    (prepared.data / forgetting.FILE).write_text("{", encoding="utf-8")
    (prepared.root / "rows.csv").open("a", encoding="utf-8").write("新的,positive\n")
    with pytest.raises(DataError, match=r"forgotten.json is damaged; .*Restore it"):
        versions.prepare(prepared)
