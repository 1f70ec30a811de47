"""A patient: a committed checkout of its own, with no state yet."""

from pathlib import Path

import pytest
from making import make_project

from daybreak.doctor import Patient
from daybreak.settings import Settings


@pytest.fixture
def patient(tmp_path: Path) -> Patient:
    project = make_project(tmp_path / "checkout", rows=4)
    return Patient(project=project, checkout=project.root, settings=Settings(home=tmp_path / "home"))
