"""What can be known before a night starts is said before it starts."""

from pathlib import Path

import pytest

from daybreak.errors import ProjectError
from daybreak.night import open_night
from daybreak.records import Project
from flows.checks import demand_room


def test_a_full_disk_is_noticed_before_anything_is_written(project: Project) -> None:
    night = open_night(None, (), project.root)
    demand_room(night, needed=1)
    with pytest.raises(ProjectError, match=r"GiB are free.*DAYBREAK_HOME"):
        demand_room(night, needed=10**18)
    assert not Path(night.settings.home).exists()


def test_state_that_cannot_be_written_is_refused(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    (project.root / "a-file").touch()
    monkeypatch.setenv("DAYBREAK_HOME", str(project.root / "a-file" / "home"))
    with pytest.raises(ProjectError, match=r"a-file cannot be written to.*DAYBREAK_HOME"):
        demand_room(open_night(None, (), project.root), needed=1)
