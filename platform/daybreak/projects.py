"""Finds the checkout and the project that a command is about."""

import re
from pathlib import Path

from daybreak.errors import ProjectError
from daybreak.records import Project

SAMPLE = "sample"
NAME = re.compile(r"(?![0-9]+$)[a-z0-9][a-z0-9_-]*")  # only digits: the tag data/1/1 would be below the tag data/1


def find_checkout(start: Path) -> Path:
    """The nearest folder at or above `start` that holds `.git`; ProjectError where there is none."""
    for folder in (start.resolve(), *start.resolve().parents):
        if (folder / ".git").exists():
            return folder
    raise ProjectError(
        f"{start} is not inside a git repository", "a clone of your project", "Run git init or change folder"
    )


def find_project(name: str | None, start: Path) -> Project:
    """The named project, or the one whose folder holds `start`; the checkout's root is the project `sample`.

    Raises ProjectError for a name that cannot be part of a git tag `data/NAME/3`, and where there is no such project.
    """
    checkout = find_checkout(start)
    name = name or _name_of(start.resolve(), checkout)
    if not NAME.fullmatch(name):
        expected = "lower-case letters a-z, digits, - and _, not only digits, the first a letter or digit"
        raise ProjectError(f"{name!r} cannot be a project's name", expected, f"Rename the folder projects/{name}")
    root = checkout if name == SAMPLE else checkout / "projects" / name
    if not (root / "params.yaml").is_file():
        known = ", ".join(list_projects(checkout)) or "none"
        raise ProjectError(
            f"there is no project {name!r} in {checkout}", f"one of: {known}", "Choose one with --project"
        )
    return Project(name=name, root=root)


def list_projects(checkout: Path) -> list[str]:
    """Names of all projects of a checkout, the sample first."""
    own = [SAMPLE] if (checkout / "params.yaml").is_file() else []
    return own + sorted(path.parent.name for path in checkout.glob("projects/*/params.yaml"))


def _name_of(start: Path, checkout: Path) -> str:
    parts = start.relative_to(checkout).parts
    return parts[1] if len(parts) > 1 and parts[0] == "projects" else SAMPLE
