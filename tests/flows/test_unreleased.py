"""A night whose model is not released ends with a base for others, and the same night again with nothing to do."""

from pathlib import Path

import pytest
from making import make_founder
from prefect.states import State

from daybreak import moves, recording
from daybreak.errors import BadInput
from daybreak.night import open_night
from flows.train_model import train_model

pytestmark = pytest.mark.usefixtures("on_stack")


def test_an_encoder_is_trained_registered_and_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    project = make_founder(tmp_path / "checkout")
    monkeypatch.chdir(project.root)
    state: State = train_model(return_state=True)
    assert state.is_completed(), state.message
    (run,) = recording.open_ledger(open_night(None, (), project.root)).runs("sample")
    assert (run.status, run.model is not None) == ("held", True)
    advice = f"to begin from it, set model.base of another project to {run.artifacts['model']}"
    assert f"It is version 1 of daybreak-sample; {advice}" in (state.message or "")
    assert set(run.timings) == {"prepare", "lay", "sweep", "train", "compare", "publish", "total"}
    again: State = train_model(return_state=True)
    assert f"Nothing changed since run {run.run_id}" in (again.message or "")
    with pytest.raises(BadInput, match="version 1 is a base for other models, and no gate judged it"):
        moves.offer(open_night(None, (), project.root), 1)
