"""The record of a judged night lies in its folder, with all that was done and used."""

import json
from dataclasses import replace
from pathlib import Path

import pytest
from making import Finished

from daybreak import recording
from daybreak.errors import EvidenceMismatch
from daybreak.records import RunRecord
from daybreak.releasing import sealing


def test_the_run_folder_holds_params_record_and_dossier(finished: Finished) -> None:
    folder = finished.night.folder
    params = json.loads((folder / "params.json").read_text(encoding="utf-8"))
    assert params == finished.night.params.model_dump(mode="json")
    assert RunRecord.model_validate_json((folder / "run.json").read_text(encoding="utf-8")) == finished.record
    assert Path(finished.record.artifacts["report"]).is_file()


def test_the_dossier_was_sealed_before_the_release_and_says_nothing_of_it(finished: Finished) -> None:
    folder = finished.night.folder / sealing.FOLDER
    tree = json.loads((folder / sealing.FILE).read_text(encoding="utf-8"))
    assert (tree["record"]["status"], tree["record"]["model"]["alias"]) == ("judged", None)
    assert tree["timeline"] == {"nights": [], "moves": []}
    assert "Version 1 is the champion now" in (folder / "report.html").read_text(encoding="utf-8")
    assert finished.record.dossier == tree[sealing.SEAL]
    assert sealing.altered(folder / sealing.FILE, finished.record.dossier) == ""
    told = [entry.event for entry in recording.open_ledger(finished.night).journal("sample")]
    assert told.index("dossier") < told.index("move")


def test_a_night_releases_nothing_without_its_dossier(finished: Finished) -> None:
    night = replace(finished.night, run_id="another-night")
    candidate = finished.tracked.model_copy(update={"version": 2})
    with pytest.raises(EvidenceMismatch, match="no dossier of run another-night was sealed"):
        recording.release(night, finished.results, candidate, actor="test")
    recording.seal(night, finished.results, candidate, steps={}, links={})
    (night.folder / sealing.FOLDER / sealing.FILE).write_text("{}", encoding="utf-8")
    with pytest.raises(EvidenceMismatch, match="was altered since it was written"):
        recording.release(night, finished.results, candidate, actor="test")
    assert len(recording.open_ledger(night).history("sample")) == 1


def test_what_was_done_says_what_it_used(finished: Finished) -> None:
    used = finished.record.costs
    assert used["cpu_hours"] >= finished.record.timings["train"] / 3600 * 0.99
    assert used["cost"] == 0.0
