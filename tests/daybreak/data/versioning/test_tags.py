"""Tags stand on HEAD with the preparation's own files, made beside the user's branch and index."""

import subprocess
import sys
from pathlib import Path

import pytest
from making import run_git, write_params

from daybreak.data.versioning import tags, versions
from daybreak.errors import DataError, ProjectError
from daybreak.records import Project


def dvc(root: Path, *arguments: str) -> str:
    command = [sys.executable, "-P", "-m", "dvc", *arguments]
    return subprocess.run(command, cwd=root, check=True, capture_output=True, encoding="utf-8").stdout


def test_the_tag_holds_the_preparation_on_top_of_head(prepared: Project) -> None:
    head = run_git(prepared.root, "rev-parse", "HEAD").strip()
    assert run_git(prepared.root, "rev-parse", "data/1^").strip() == head
    assert run_git(prepared.root, "diff", "--name-only", head, "data/1").split() == ["data/sources.yaml", "dvc.lock"]
    assert run_git(prepared.root, "show", "data/1:dvc.lock") == (prepared.root / "dvc.lock").read_text(encoding="utf-8")
    told = run_git(prepared.root, "log", "-1", "--format=%an %ae", "data/1").split()
    assert told == ["Daybreak", "daybreak@localhost"]
    assert "Daybreak <daybreak@localhost>" in run_git(prepared.root, "cat-file", "tag", "data/1")


def test_plain_git_and_dvc_understand_the_tags(grown: Project) -> None:
    run_git(grown.root, "checkout", "data/2", "--", "dvc.lock", "params.yaml", "data/sources.yaml")
    dvc(grown.root, "checkout")
    assert "up to date" in dvc(grown.root, "status")
    assert "data/split" in dvc(grown.root, "diff", "data/1", "data/3")


def test_a_detached_head_and_a_dirty_tree_are_left_alone(prepared: Project) -> None:
    run_git(prepared.root, "checkout", "--quiet", "--detach")
    write_params(prepared.root, {"split": {"seed": 8}})
    (prepared.root / "rows.csv").open("a", encoding="utf-8").close()
    (prepared.root / "new.txt").write_text("mine", encoding="utf-8")
    run_git(prepared.root, "add", "new.txt")
    before = (prepared.root / ".git/index").read_bytes(), (prepared.root / ".git/HEAD").read_bytes()
    assert versions.prepare(prepared).version == 2
    assert ((prepared.root / ".git/index").read_bytes(), (prepared.root / ".git/HEAD").read_bytes()) == before
    assert "new.txt" not in run_git(prepared.root, "ls-tree", "--name-only", "data/2").split()
    assert "seed: 8" in run_git(prepared.root, "show", "data/2:params.yaml")


def test_a_shallow_clone_and_a_worktree_make_versions(project: Project, tmp_path: Path) -> None:
    run_git(tmp_path, "clone", "--quiet", "--depth", "1", f"file://{project.root}", "shallow")
    shallow = Project(name="sample", root=tmp_path / "shallow")
    assert versions.prepare(shallow).version == 1
    run_git(project.root, "worktree", "add", "--quiet", "--detach", str(tmp_path / "tree"))
    tree = Project(name="sample", root=tmp_path / "tree")
    assert versions.prepare(tree).version == 1
    assert tags.history(project) == tags.history(tree)


def test_a_tag_by_somebody_else_is_no_version_but_takes_its_number(prepared: Project) -> None:
    run_git(prepared.root, "tag", "data/7")
    run_git(prepared.root, "tag", "data/mine")
    assert [found.version for found in tags.history(prepared)] == [1]
    assert tags.numbers(prepared) == [1, 7]
    write_params(prepared.root, {"split": {"seed": 8}})
    assert versions.prepare(prepared).version == 8


def test_a_tag_in_the_place_of_the_folder_is_named(project: Project) -> None:
    run_git(project.root, "tag", "data")
    with pytest.raises(
        ProjectError, match=r"a tag of your own stands in the way of data/1; Rename it: `git tag NAME data"
    ):
        versions.prepare(project)


def test_what_a_tag_says_is_read_again(prepared: Project) -> None:
    (found,) = tags.history(prepared)
    moved = found.model_copy(update={"replaces": ("0" * 64,)})
    tags.put(prepared, moved, "data/1^{commit}", moved=True)
    assert tags.history(prepared) == [moved]
    assert tags.find(prepared, 1) == moved == tags.find_by_digest(prepared, found.digest)
    assert tags.find_by_digest(prepared, "") is None


def test_what_is_not_there(prepared: Project) -> None:
    with pytest.raises(DataError, match=r"project sample has no data version 2; expected one of: 1; See"):
        tags.find(prepared, 2)
    with pytest.raises(DataError, match=r"the tag data/1 holds no notes.txt"):
        tags.recorded(prepared, 1, "notes.txt")
    assert tags.parse("1", "0", "no JSON") is None
