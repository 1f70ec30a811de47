"""Versions shared between clones through a bare git repository and a folder as dvc's remote."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from making import commit_all, make_rows, run_git, write_csv, write_params

from daybreak import digests
from daybreak.data.versioning import pin as pins
from daybreak.data.versioning import remote, rollback, tags, versions
from daybreak.errors import DataError, ProjectError
from daybreak.records import Project


def dvc(root: Path, *arguments: str) -> str:
    command = [sys.executable, "-P", "-m", "dvc", *arguments]
    return subprocess.run(command, cwd=root, check=True, capture_output=True, encoding="utf-8").stdout


def share(project: Project, place: Path) -> None:
    """Give a project both remotes: what `git remote add` and `dvc remote add -d` do."""
    run_git(place, "init", "--quiet", "--bare", str(place / "origin.git"))
    run_git(project.root, "remote", "add", "origin", str(place / "origin.git"))
    dvc(project.root, "remote", "add", "--default", "shelf", "../shelf")
    commit_all(project.root, "Share the data")
    run_git(project.root, "push", "--quiet", "origin", "main")


def clone(place: Path, name: str) -> Project:
    run_git(place, "clone", "--quiet", "--branch", "main", str(place / "origin.git"), name)
    return Project(name="sample", root=place / name)


def split_of(project: Project) -> dict[str, str]:
    return {path.name: digests.of_file(path) for path in (project.data / "split").iterdir()}


def test_a_second_clone_rolls_back_from_the_remotes(grown: Project, prepared: Project, tmp_path: Path) -> None:
    share(grown, tmp_path)
    second = clone(tmp_path, "second")
    assert remote.configured(grown)
    pushed = remote.push(grown)
    assert (pushed.tags, pushed.versions, pushed.reason) == (("data/1", "data/2", "data/3"), (1, 2, 3), "")
    assert remote.push(grown) == remote.Pushed()
    assert versions.versions(second) == []
    found = rollback.rollback(second, 1, reason="bad rows", actor="Ann")
    assert split_of(second) == split_of(prepared)
    assert versions.prepare(second) == found == versions.status(second)
    rollback.forward(second, actor="Ann")
    assert rollback.pinned(second) is None


def test_plain_git_and_dvc_roll_back_a_second_clone(grown: Project, prepared: Project, tmp_path: Path) -> None:
    share(grown, tmp_path)
    remote.push(grown)
    second = clone(tmp_path, "second")
    run_git(second.root, "checkout", "data/1", "--", "dvc.lock", "params.yaml", "data/sources.yaml")
    dvc(second.root, "pull")
    assert "up to date" in dvc(second.root, "status")
    assert "data/split" in dvc(second.root, "diff", "data/1", "data/3")
    assert split_of(second) == split_of(prepared)
    dataset = versions.prepare(second)
    assert dataset.version == 1
    assert split_of(second) == split_of(prepared)
    rollback.forward(second, actor="Ann")
    assert split_of(second) == split_of(grown)


def test_a_number_that_others_took_moves(prepared: Project, tmp_path: Path) -> None:
    share(prepared, tmp_path)
    second = clone(tmp_path, "second")
    (second.root / "dvc.lock").unlink()  # they prepared before anything was shared
    write_params(second.root, {"split": {"seed": 5}})
    theirs = versions.prepare(second)
    assert theirs.version == 1
    assert remote.push(second).tags == ("data/1",)
    mine = versions.status(prepared)
    assert mine is not None
    pushed = remote.push(prepared)
    assert (pushed.tags, pushed.moved, pushed.reason) == (("data/2",), {1: 2}, "")
    assert [found.digest for found in tags.history(prepared)] == [theirs.digest, mine.digest]
    again = versions.status(prepared)
    assert again is not None
    assert (again.version, again.digest) == (2, mine.digest)
    assert remote.fetch_tags(second)
    assert tags.history(second) == tags.history(prepared)


def test_the_same_data_under_the_same_number_stay(prepared: Project, tmp_path: Path) -> None:
    share(prepared, tmp_path)
    remote.push(prepared)
    second = clone(tmp_path, "second")
    run_git(second.root, "tag", "-d", "data/1")
    versions.prepare(second)
    pushed = remote.push(second)
    assert (pushed.tags, pushed.moved, pushed.reason) == ((), {}, "")


def test_an_offline_remote_is_told_and_fails_nothing(prepared: Project, tmp_path: Path) -> None:
    assert remote.push(prepared) == remote.Pushed()
    assert not remote.fetch_tags(prepared)
    share(prepared, tmp_path)
    shutil.move(tmp_path / "origin.git", tmp_path / "away.git")
    pushed = remote.push(prepared)
    assert "data versions were not shared: git fetch failed" in pushed.reason
    shutil.move(tmp_path / "away.git", tmp_path / "origin.git")
    (tmp_path / "shelf").write_text("no folder", encoding="utf-8")
    pushed = remote.push(prepared)
    assert "dvc push failed" in pushed.reason
    assert pushed.tags == ("data/1",)
    (tmp_path / "shelf").unlink()
    assert remote.push(prepared).versions == (1,)
    with pytest.raises(DataError, match=r"no data version 9"):
        rollback.rollback(prepared, 9, reason="x", actor="Ann")


def test_a_pin_follows_its_version(prepared: Project, tmp_path: Path) -> None:
    share(prepared, tmp_path)
    second = clone(tmp_path, "second")
    (second.root / "dvc.lock").unlink()  # they prepared before anything was shared
    write_params(second.root, {"split": {"seed": 5}})
    versions.prepare(second)
    remote.push(second)
    rollback.rollback(prepared, 1, reason="bad rows", actor="Ann")
    remote.push(prepared)
    pin = pins.pinned(prepared)
    assert pin is not None
    assert pin.version == 2
    assert versions.prepare(prepared).version == 2


def test_files_are_copied_beside_the_data(prepared: Project, tmp_path: Path) -> None:
    journal = tmp_path / "journal.jsonl"
    journal.write_text("一\n", encoding="utf-8")
    with pytest.raises(ProjectError, match=r"no remote for data.*dvc remote add -d"):
        remote.copy_to_remote(prepared, {"journal.jsonl": journal}, "journal")
    share(prepared, tmp_path)
    for text in ("一\n", "一\n二\n"):
        journal.write_text(text, encoding="utf-8")
        place = remote.copy_to_remote(prepared, {"2026/journal.jsonl": journal}, "journal")
        assert (tmp_path / "shelf" / place / "2026" / "journal.jsonl").read_text(encoding="utf-8") == text
    assert [path.name for path in (tmp_path / "shelf" / place / "2026").iterdir()] == ["journal.jsonl"]


def test_rows_that_came_later_wait_in_a_clone_too(prepared: Project, tmp_path: Path) -> None:
    share(prepared, tmp_path)
    write_csv(prepared.root / "rows.csv", make_rows(140))
    assert versions.prepare(prepared).version == 2
    assert remote.push(prepared).versions == (1, 2)
