"""git under Daybreak's own identity, and what a repository must be for it."""

import shutil
import subprocess
from pathlib import Path

import pytest
from making import commit_all, run_git

from daybreak.data.versioning import git
from daybreak.errors import ProjectError, StepFailed
from daybreak.records import Project


def test_files_are_read_as_a_revision_has_them(project: Project) -> None:
    (project.root / "lines.txt").write_bytes("一\r\n二\n".encode())
    commit_all(project.root, "Lines")
    assert git.content(project.root, "HEAD", "lines.txt") == "一\r\n二\n".encode()
    assert git.committed(project.root, "lines.txt") == "一\n二\n"
    assert git.content(project.root, "HEAD~1", "lines.txt") is None
    assert git.committed(project.root, "nowhere.txt") is None
    assert git.commit_of(project.root) == run_git(project.root, "rev-parse", "HEAD").strip()


def test_is_dirty_sees_changes_and_new_files(project: Project) -> None:
    assert not git.is_dirty(project.root, ["platform", "params.yaml"])
    (project.root / "platform/daybreak/data/more.py").write_text("", encoding="utf-8")
    assert git.is_dirty(project.root, ["platform"])
    assert not git.is_dirty(project.root, ["params.yaml"])
    commit_all(project.root, "More")
    assert not git.is_dirty(project.root, ["platform"])


def test_where_there_is_no_commit_the_remedy_is_named(tmp_path: Path) -> None:
    with pytest.raises(ProjectError, match=r"is not in a git repository.*git init"):
        git.require_commit(tmp_path)
    run_git(tmp_path, "init", "--quiet")
    with pytest.raises(ProjectError, match=r"no commit yet; expected at least one.*git add -A"):
        git.require_commit(tmp_path)
    with pytest.raises(ProjectError, match=r"is not a folder"):
        git.require_commit(tmp_path / "nowhere")


def test_a_bare_repository_is_named(tmp_path: Path) -> None:
    run_git(tmp_path, "init", "--quiet", "--bare")
    with pytest.raises(ProjectError, match=r"is in a bare git repository; expected one with a working tree"):
        git.require_commit(tmp_path)


def test_another_repositorys_variables_are_not_ours(project: Project, tmp_path: Path) -> None:
    run_git(tmp_path, "init", "--quiet", "other")
    done = subprocess.run(
        git.command({}, "git", "rev-parse", "--show-toplevel"),
        cwd=project.root,
        env={"PATH": "/usr/local/bin:/usr/bin:/bin", "GIT_DIR": str(tmp_path / "other" / ".git")},
        capture_output=True,
        encoding="utf-8",
    )
    assert done.stdout.strip() == str(project.root)


def test_what_takes_too_long_ends(project: Project) -> None:
    run_git(project.root, "config", "alias.wait", "!sleep 60")
    with pytest.raises(StepFailed, match=r"git wait had no answer after 0.5 s"):
        git.run(project.root, "wait", seconds=0.5)


def test_what_git_refuses_is_told(project: Project) -> None:
    with pytest.raises(StepFailed, match=r"git checkout failed: .*nowhere"):
        git.run(project.root, "checkout", "nowhere")
    shutil.rmtree(project.root / ".git")
    with pytest.raises(ProjectError, match=r"not in a git repository"):
        git.run(project.root, "status")
