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


@pytest.mark.parametrize(
    "name", ["1", "2024", "Reviews", "-reviews", "_reviews", "酒店", "a b", "a/b", "..", "a\n", "²"]
)
def test_a_name_that_no_tag_can_carry(checkout: Path, name: str) -> None:
    (checkout / "projects" / name).mkdir(parents=True, exist_ok=True)
    (checkout / "projects" / name / "params.yaml").touch()
    with pytest.raises(ProjectError, match=r"cannot be a project's name; expected .*not only digits.*; Rename"):
        find_project(name, checkout)


def test_a_folder_with_such_a_name_is_no_project(checkout: Path) -> None:
    (checkout / "projects" / "7").mkdir()
    with pytest.raises(ProjectError, match=r"'7' cannot be a project's name.*Rename the folder projects/7"):
        find_project(None, checkout / "projects" / "7")


@pytest.mark.parametrize("name", ["a", "2024-q1", "1a", "hotel_reviews", "x-1"])
def test_a_name_of_letters_digits_and_dashes(checkout: Path, name: str) -> None:
    (checkout / "projects" / name).mkdir()
    (checkout / "projects" / name / "params.yaml").touch()
    assert find_project(name, checkout).tag_prefix == f"data/{name}/"


def test_outside_git_there_is_no_project(tmp_path: Path) -> None:
    with pytest.raises(ProjectError, match="not inside a git repository"):
        find_checkout(tmp_path)


def test_all_projects_are_listed_the_sample_first(checkout: Path) -> None:
    assert list_projects(checkout) == ["sample", "reviews", "tickets"]
