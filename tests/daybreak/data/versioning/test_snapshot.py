"""A past data version in a folder of its own."""

import shutil
from pathlib import Path

import pytest
from making import commit_all, make_rows, run_git, write_csv

from daybreak.data.versioning import snapshot, versions
from daybreak.errors import DataError
from daybreak.records import Project


@pytest.fixture(scope="module")
def grown(tmp_path_factory: pytest.TempPathFactory) -> Project:
    """A project with two data versions; the workspace holds the second."""
    from making import make_project

    project = make_project(tmp_path_factory.mktemp("grown") / "checkout")
    versions.prepare(project)
    write_csv(project.root / "rows.csv", make_rows(400, seed=2))
    commit_all(project.root, "More rows")
    versions.prepare(project)
    return project


def test_a_past_version_comes_from_the_cache_and_the_workspace_stays(grown: Project, tmp_path: Path) -> None:
    first, second = versions.history(grown)
    before = run_git(grown.root, "status", "--porcelain")
    taken = snapshot.take(grown, 1, tmp_path / "past")
    assert (taken.version, taken.digest, taken.rows["kept"]) == (1, first.digest, 300)
    assert taken.split("train").is_relative_to(tmp_path)
    assert versions.status(grown) is not None
    assert snapshot.take(grown, 2, tmp_path / "present").digest == second.digest
    assert run_git(grown.root, "status", "--porcelain") == before


def test_a_version_that_does_not_exist(grown: Project, tmp_path: Path) -> None:
    with pytest.raises(DataError, match="has no data version 9; expected one of: 1, 2"):
        snapshot.take(grown, 9, tmp_path / "past")


def test_an_emptied_cache_is_named_with_what_mends_it(grown: Project, tmp_path: Path) -> None:
    root = tmp_path / "clone"
    shutil.copytree(grown.root, root)
    shutil.rmtree(root / ".dvc" / "cache")
    with pytest.raises(DataError, match="lacks files of data version 1 of sample"):
        snapshot.take(Project(name="sample", root=root), 1, tmp_path / "past")
