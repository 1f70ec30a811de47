"""Room for a night, where it will be needed."""

import os
from pathlib import Path

import pytest

from daybreak.doctor import Patient, disk


def test_home_and_data_are_looked_at(patient: Patient) -> None:
    found = list(disk.check(patient))
    assert [each.ok for each in found] == [True, True]
    assert str(patient.settings.home) in found[0].found, "though it is not made yet"
    assert str(patient.project.data) in found[1].found
    assert not patient.settings.home.exists()


def test_too_little_is_said_in_numbers(tmp_path: Path) -> None:
    found = disk.judge(tmp_path, 10**18)
    assert not found.ok
    assert "GiB are free" in found.found
    assert "wanted" in found.found


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write anywhere")
def test_a_folder_that_cannot_be_written(tmp_path: Path) -> None:
    tmp_path.chmod(0o500)
    assert "cannot be written" in disk.judge(tmp_path / "home", 1).found
