"""Commits of the past in folders of their own, the checkout untouched."""

from pathlib import Path

import pytest
from making import commit_all, run_git

from daybreak.data.versioning import worktrees
from daybreak.errors import ProjectError


@pytest.fixture
def checkout(tmp_path: Path) -> tuple[Path, str]:
    """A repository with two commits, and the first of them."""
    root = tmp_path / "checkout"
    (root / "code").mkdir(parents=True)
    run_git(root, "init", "--quiet", "--initial-branch=main")
    (root / "code" / "a.py").write_text("old\n", encoding="utf-8")
    commit_all(root, "One")
    first = run_git(root, "rev-parse", "HEAD").strip()
    (root / "code" / "a.py").write_text("new\n", encoding="utf-8")
    commit_all(root, "Two")
    return root, first


def test_the_commit_s_files_lie_beside_the_checkout(checkout: tuple[Path, str], tmp_path: Path) -> None:
    root, first = checkout
    folder = worktrees.add(root, first, tmp_path / "aside")
    assert (folder / "code" / "a.py").read_text("utf-8") == "old\n"
    assert (root / "code" / "a.py").read_text("utf-8") == "new\n"
    assert run_git(root, "rev-parse", "--abbrev-ref", "HEAD").strip() == "main"
    worktrees.remove(root, folder)
    assert not folder.exists()
    assert run_git(root, "worktree", "list").count("\n") == 1
    assert worktrees.add(root, first, folder).is_dir()


def test_one_that_was_killed_over_leaves_no_trace(checkout: tuple[Path, str], tmp_path: Path) -> None:
    import shutil

    root, first = checkout
    shutil.rmtree(worktrees.add(root, first, tmp_path / "aside"))
    assert worktrees.add(root, first, tmp_path / "aside").is_dir()


def test_a_commit_that_is_not_there(checkout: tuple[Path, str], tmp_path: Path) -> None:
    root, _ = checkout
    with pytest.raises(ProjectError, match=r"commit 0123456789ab cannot be checked out: .*Fetch it with git"):
        worktrees.add(root, "0123456789abcdef0123456789abcdef01234567", tmp_path / "aside")


def test_what_a_commit_holds(checkout: tuple[Path, str]) -> None:
    root, first = checkout
    assert worktrees.has(root, first, "code/a.py")
    assert not worktrees.has(root, first, "code/b.py")
    assert not worktrees.has(root, "0" * 40, "code/a.py")
    assert not worktrees.has(root, "", "code/a.py")


def test_changed_and_new_files_differ(checkout: tuple[Path, str]) -> None:
    root, first = checkout
    head = run_git(root, "rev-parse", "HEAD").strip()
    assert worktrees.differs(root, first, "code")
    assert not worktrees.differs(root, head, "code")
    (root / "elsewhere.py").touch()
    assert not worktrees.differs(root, head, "code")
    (root / "code" / "b.py").touch()
    assert worktrees.differs(root, head, "code")


def test_the_user_s_hooks_are_not_run(checkout: tuple[Path, str], tmp_path: Path) -> None:
    root, first = checkout
    hook = root / ".git" / "hooks" / "post-checkout"
    hook.parent.mkdir(exist_ok=True)
    hook.write_text(f"#!/bin/sh\ntouch {tmp_path}/ran\n", encoding="utf-8")
    hook.chmod(0o755)
    worktrees.add(root, first, tmp_path / "aside")
    assert not (tmp_path / "ran").exists()
    run_git(root, "checkout", "--quiet", "--detach")
    assert (tmp_path / "ran").exists(), "a hook that would not have run proves nothing"
