"""The emergency brake works from the UI, and with a params.yaml that nobody can read."""

import shutil
from pathlib import Path

import pytest
from making import Finished
from prefect.states import State

from daybreak import inference, moves, recording
from daybreak.errors import DaybreakError
from daybreak.records import Judgement
from daybreak.tracking import Registry
from flows.rollback_model import Place, rollback_model

pytestmark = pytest.mark.usefixtures("on_stack")


@pytest.fixture
def place(finished: Finished, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Place:
    """A copy of the finished night's checkout, without the step store, in which version 1 is champion."""
    root = tmp_path / "checkout"
    shutil.copytree(finished.night.project.root, root, ignore=shutil.ignore_patterns("steps", "locks", "cache"))
    monkeypatch.chdir(root)
    night_settings = finished.night.settings
    home = root / night_settings.home.relative_to(finished.night.project.root)
    return Place(
        finished.night.project.model_copy(update={"root": root}), night_settings.model_copy(update={"home": home})
    )


def promote_another(place: Place, finished: Finished) -> int:
    """Register another model under a night of its own, and make it champion whatever the gates say."""
    shipped, run_id = finished.results.exported.shipped, "20261122-another"
    folder = place.settings.models(place.project) / "another"
    shutil.copytree(shipped.path, folder)
    (folder / "note.txt").write_text("another", encoding="utf-8")
    sha256 = inference.digest(folder)
    artifact = shipped.model_copy(update={"path": folder.rename(folder.with_name(sha256)), "sha256": sha256})
    others = [each for each in finished.results.exported.artifacts if each.kind != artifact.kind]
    exported = finished.results.exported.model_copy(update={"artifacts": (*others, artifact)})
    measured = finished.results.evidence.candidate.model_copy(update={"artifact_sha256": artifact.sha256})
    evidence = finished.results.evidence.model_copy(update={"candidate": measured})
    verdicts = finished.results.judgement.verdicts
    digest = Judgement.compute_digest(verdicts, evidence.digest, 1)
    judgement = Judgement(verdicts=verdicts, evidence_digest=evidence.digest, champion_version=1, digest=digest)
    results = finished.results.model_copy(update={"exported": exported, "evidence": evidence, "judgement": judgement})
    (place.settings.runs(place.project) / run_id).mkdir()
    file = place.settings.runs(place.project) / run_id / recording.RESULTS
    file.write_text(results.model_dump_json(), encoding="utf-8")
    recording.open_ledger(place).record_run(
        finished.record.model_copy(update={"run_id": run_id, "key": judgement.digest, "dossier": ""})
    )
    version = Registry(place.settings.mlflow).register(
        place.project,
        finished.tracked.mlflow_run_id,
        artifact,
        labels=finished.results.dataset.labels,
        tags={"daybreak.run_id": run_id},
    )
    moves.promote(place, version, actor="Li Na", reason="to have two", override=True)
    return version


def test_the_last_champion_comes_back(place: Place, finished: Finished) -> None:
    version = promote_another(place, finished)
    place.project.params_file.write_text("nobody: [can read this", encoding="utf-8")
    state: State = rollback_model(reason="it answers nonsense", actor="Wang Wei", return_state=True)
    assert state.message == f"Version 1 is champion again; version {version} is held."
    move = state.result()
    assert (move.actor, move.reason, move.outcome) == ("Wang Wei", "it answers nonsense", "done")
    hold = moves.history(place).hold
    assert hold is not None


def test_without_an_earlier_champion_it_fails_and_says_so(place: Place) -> None:
    state: State = rollback_model(reason="it answers nonsense", actor="Wang Wei", return_state=True)
    assert state.is_failed()
    assert isinstance(state.result(raise_on_failure=False), DaybreakError)
    assert moves.history(place).hold is None
