"""A clock that stands before what was already written cannot be right."""

import os
import time
from pathlib import Path

from daybreak.doctor import Patient, clock


def test_this_clock_is_right(patient: Patient) -> None:
    (found,) = clock.check(patient)
    assert found.ok
    assert patient.settings.timezone in found.found


def test_a_clock_that_went_back() -> None:
    found = clock.judge(1_800_000_000.0, 1_800_007_200.0, "Asia/Shanghai")
    assert not found.ok
    assert "2.0 h after now" in found.found
    assert clock.judge(1_800_000_000.0, 1_800_000_100.0, "UTC").ok, "some slack: other machines' files"


def test_the_youngest_entry_counts(tmp_path: Path) -> None:
    assert clock.newest(tmp_path, tmp_path / "nowhere") == 0.0
    for age in (0, 100):
        file = tmp_path / str(age)
        file.touch()
        os.utime(file, (time.time() - age,) * 2)
    assert abs(clock.newest(tmp_path) - time.time()) < 60
