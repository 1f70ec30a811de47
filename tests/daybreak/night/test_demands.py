"""What cannot end well is said before any work."""

from pathlib import Path

import pytest
from making import make_founder, make_writer

from daybreak import night as steps
from daybreak.errors import ParamsError
from daybreak.night import open_night
from daybreak.records import Project


def test_a_target_that_is_not_installed_is_said_before_any_work(
    project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    from daybreak.tracking import targets

    monkeypatch.setattr(targets, "find_spec", lambda name: None)
    night = open_night(None, ["tracking.report_to=[wandb]"], project.root)
    before = sorted(project.root.rglob("*"))
    with pytest.raises(ParamsError, match=r"tracking\.report_to names wandb"):
        steps.prepare(night)
    assert sorted(project.root.rglob("*")) == before


def test_a_model_that_writes_is_not_released(tmp_path: Path) -> None:
    night = open_night(None, (), make_writer(tmp_path / "checkout", dialogues=4).root)
    assert steps.writes(night)
    with pytest.raises(ParamsError, match=r"model\.recipe is generate, whose models can be trained .*not released"):
        steps.demand_releasable(night)


@pytest.mark.parametrize("drawn", ["model.config.hidden_size", "max_length"])
def test_a_sweep_does_not_draw_sizes_of_what_is_laid_out_before_it(tmp_path: Path, drawn: str) -> None:
    space = f"tuning.space={{{drawn}: {{draw: integer, low: 32, high: 64}}}}"
    night = open_night(None, (space,), make_founder(tmp_path / "checkout").root)
    with pytest.raises(ParamsError, match=rf"{drawn} draws sizes of an encoder that is laid out before the sweep"):
        steps.check(night)
