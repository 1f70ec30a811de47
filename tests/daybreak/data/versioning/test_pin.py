"""A rollback that lasts is a file of its own, and one made by hand is seen without it."""

from datetime import UTC, datetime

import pytest
from making import commit_all, run_git

from daybreak.data.versioning import pin as pins
from daybreak.data.versioning import versions
from daybreak.data.versioning.pin import Pin
from daybreak.errors import DataError
from daybreak.records import Project


def test_a_pin_comes_and_goes(prepared: Project) -> None:
    assert pins.pinned(prepared) is None
    pin = Pin(version=1, reason="坏数据", actor="Ann", at=datetime(2026, 11, 20, tzinfo=UTC))
    pins.write(prepared, pin)
    assert pins.pinned(prepared) == pin
    pins.write(prepared, None)
    assert pins.pinned(prepared) is None


def test_what_a_night_left_is_no_rollback_even_of_an_old_version(grown: Project) -> None:
    commit_all(grown.root, "Keep dvc.lock")
    assert pins.pinned(grown) is None
    (grown.data / pins.LEFT).unlink()
    assert pins.pinned(grown) is None


def test_without_git_tags_there_is_none(project: Project) -> None:
    assert pins.pinned(project) is None
    (project.root / "dvc.lock").write_text("by hand", encoding="utf-8")
    assert pins.pinned(project) is None


def test_a_damaged_pin_stops_everything(prepared: Project) -> None:
    (prepared.data / pins.PIN).write_text("{}", encoding="utf-8")
    with pytest.raises(DataError, match=r"pin.json is damaged; expected the file that a rollback writes"):
        versions.prepare(prepared)
    assert run_git(prepared.root, "tag").split() == ["data/1"]
