"""Training without a release: everything of a night up to the verdicts, and the champion stays."""

import shutil
from pathlib import Path

import pytest
from making import Finished, make_writer
from prefect.states import State

from daybreak import recording
from daybreak.errors import ParamsError
from daybreak.night import open_night
from flows.train_model import train_model

pytestmark = pytest.mark.usefixtures("on_stack")


def test_a_stricter_limit_is_judged_and_nothing_moves(
    finished: Finished, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    root = tmp_path / "checkout"
    shutil.copytree(finished.night.project.root, root)
    monkeypatch.chdir(root)
    state: State = train_model(overrides="gates.quality.min_accuracy=0.9999", return_state=True)
    assert state.is_completed()
    assert state.message is not None
    assert "would be refused by quality" in state.message
    champion = recording.open_ledger(open_night(None, (), root)).champion("sample")
    assert champion is not None
    assert champion.version == 1


def test_a_wrong_key_fails_at_once(finished: Finished, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(finished.night.project.root)
    state: State = train_model(overrides="training.epoch=1", return_state=True)
    assert isinstance(state.result(raise_on_failure=False), ParamsError)


def test_a_language_model_is_held_against_its_base(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    project = make_writer(tmp_path / "checkout")
    monkeypatch.chdir(project.root)
    state: State = train_model(return_state=True)
    assert state.is_completed(), state.message
    assert state.message is not None
    assert "Against its base: perplexity" in state.message
    (run,) = recording.open_ledger(open_night(None, (), project.root)).runs("sample")
    assert (run.status, run.released) == ("held", False)
    assert Path(run.artifacts["report"]).is_file()
