"""The record of a judged night lies in its folder, with all that was done and used."""

import json
from pathlib import Path

from making import Finished

from daybreak.records import RunRecord


def test_the_run_folder_holds_params_record_and_dossier(finished: Finished) -> None:
    folder = finished.night.folder
    params = json.loads((folder / "params.json").read_text(encoding="utf-8"))
    assert params == finished.night.params.model_dump(mode="json")
    assert RunRecord.model_validate_json((folder / "run.json").read_text(encoding="utf-8")) == finished.record
    assert Path(finished.record.artifacts["report"]).is_file()


def test_what_was_done_says_what_it_used(finished: Finished) -> None:
    used = finished.record.costs
    assert used["cpu_hours"] >= finished.record.timings["train"] / 3600 * 0.99
    assert used["cost"] == 0.0
