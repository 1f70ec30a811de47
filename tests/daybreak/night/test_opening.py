"""A night is opened in one place, and opening it changes nothing."""

import pytest

from daybreak.errors import ParamsError
from daybreak.night import open_night
from daybreak.records import Project


def test_opening_reads_params_and_writes_nothing(project: Project) -> None:
    before = sorted(project.root.rglob("*"))
    night = open_night(None, ["training.epochs=3"], project.root)
    assert night.params.training.epochs == 3
    assert night.settings.home == project.root / ".daybreak"
    assert night.folder == project.root / ".daybreak" / "runs" / "sample" / night.run_id
    assert sorted(project.root.rglob("*")) == before


def test_two_nights_have_two_ids(project: Project) -> None:
    assert open_night(None, (), project.root).run_id != open_night(None, (), project.root).run_id
    assert open_night(None, (), project.root, run_id="given").run_id == "given"


def test_a_wrong_override_is_refused_on_opening(project: Project) -> None:
    with pytest.raises(ParamsError, match=r"training\.epochs"):
        open_night(None, ["training.epoch=3"], project.root)


def test_a_plain_id_is_taken_from_the_hub_that_settings_name(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DAYBREAK_MODEL_HUB", "modelscope")
    night = open_night(None, ("model.base=owner/name",), project.root)
    assert night.params.model.base == "modelscope:owner/name"
