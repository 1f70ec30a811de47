"""Projects are found by name or by place, and what is missing is named."""

from pathlib import Path

import pytest

from daybreak.errors import ProjectError
from daybreak.projects import find_checkout, find_project, list_projects


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    (tmp_path / ".git").mkdir()
    (tmp_path / "params.yaml").touch()
    for name in ("reviews", "tickets"):
        (tmp_path / "projects" / name / "data").mkdir(parents=True)
        (tmp_path / "projects" / name / "params.yaml").touch()
    return tmp_path


def test_the_root_is_the_sample(checkout: Path) -> None:
    sample = find_project(None, checkout)
    assert (sample.name, sample.root) == ("sample", checkout)
    assert sample.tag_prefix == "data/"


def test_a_folder_inside_a_project_is_that_project(checkout: Path) -> None:
    found = find_project(None, checkout / "projects" / "reviews" / "data")
    assert found.name == "reviews"
    assert found.root == checkout / "projects" / "reviews"
    assert found.tag_prefix == "data/reviews/"
    assert found.registered_model == "daybreak-reviews"


def test_a_name_wins_over_the_place(checkout: Path) -> None:
    assert find_project("tickets", checkout / "projects" / "reviews").name == "tickets"
    assert find_project("sample", checkout / "projects" / "reviews").root == checkout


def test_an_unknown_project_names_the_known_ones(checkout: Path) -> None:
    with pytest.raises(ProjectError, match=r"'tikets'.*sample, reviews, tickets.*--project"):
        find_project("tikets", checkout)


def test_outside_git_there_is_no_project(tmp_path: Path) -> None:
    with pytest.raises(ProjectError, match="not inside a git repository"):
        find_checkout(tmp_path)


def test_all_projects_are_listed_the_sample_first(checkout: Path) -> None:
    assert list_projects(checkout) == ["sample", "reviews", "tickets"]
