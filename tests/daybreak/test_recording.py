"""A night leaves a released version, a journal row, a dossier and a record that agree."""

import json
from pathlib import Path

import pytest
from making import Finished, make_writer

from daybreak import night as steps
from daybreak import recording
from daybreak.errors import ParamsError
from daybreak.night import open_night
from daybreak.planning import Results
from daybreak.records import RunRecord


def test_the_first_night_is_released(finished: Finished) -> None:
    record = finished.record
    assert record.status == "released", record.reason
    assert record.model is not None
    assert (record.model.version, record.model.alias) == (1, "champion")
    assert record.model.sha256 == finished.results.exported.shipped.sha256


def test_ledger_registry_and_record_agree(finished: Finished) -> None:
    night = finished.night
    ledger = recording.open_ledger(night)
    champion = ledger.champion("sample")
    assert champion is not None
    assert champion.sha256 == finished.results.exported.shipped.sha256
    assert recording.Registry(night.settings.mlflow).alias(night.project) == champion.version
    assert ledger.run("sample", finished.record.run_id) == finished.record


def test_the_run_folder_holds_params_record_and_dossier(finished: Finished) -> None:
    folder = finished.night.folder
    params = json.loads((folder / "params.json").read_text(encoding="utf-8"))
    assert params == finished.night.params.model_dump(mode="json")
    assert RunRecord.model_validate_json((folder / "run.json").read_text(encoding="utf-8")) == finished.record
    assert Path(finished.record.artifacts["report"]).is_file()


def test_what_was_done_is_timed_and_what_was_not_is_reused(finished: Finished) -> None:
    assert set(finished.record.timings) == {"prepare", "train", "total"}
    later = open_night(None, (), finished.night.project.root)
    done = later.store.find(recording_step(finished))
    assert done is not None
    assert not recording._is_new(later, done)


def recording_step(finished: Finished):  # type: ignore[no-untyped-def]
    return steps.train(finished.night, finished.results.dataset, finished.results.swept)


def test_what_was_done_says_what_it_used(finished: Finished) -> None:
    used = finished.record.costs
    assert used["cpu_hours"] >= finished.record.timings["train"] / 3600 * 0.99
    assert used["cost"] == 0.0


def test_the_same_artifact_is_not_registered_or_released_twice(finished: Finished) -> None:
    later = open_night(None, (), finished.night.project.root)
    tracked = recording.track(later, finished.results, {})
    assert tracked.version == 1
    assert tracked.mlflow_run_id != finished.tracked.mlflow_run_id
    assert recording.release(later, finished.results, tracked, actor="test") is None


def test_an_unchanged_night_points_at_the_one_that_decided(finished: Finished) -> None:
    later = open_night(None, (), finished.night.project.root)
    same = recording.decided(recording.open_ledger(later), "sample", finished.results)
    assert same is not None
    record = recording.unchanged(later, same)
    assert (record.status, record.released, record.same_as) == ("unchanged", False, finished.record.run_id)
    assert record.metrics == finished.record.metrics


def test_verdicts_nobody_acted_on_are_not_unchanged(finished: Finished) -> None:
    ledger = recording.open_ledger(finished.night)
    judgement = finished.results.judgement.model_copy(update={"digest": "0" * 64})
    results = finished.results.model_copy(update={"judgement": judgement})
    assert recording.decided(ledger, "sample", results) is None


def test_a_night_that_broke_off_is_recorded(finished: Finished) -> None:
    later = open_night(None, (), finished.night.project.root)
    record = recording.failed(later, "failed", "the disk was full", {"flow_run_id": "f"})
    assert recording.open_ledger(later).run("sample", later.run_id) == record
    assert (record.status, record.reason, record.model) == ("failed", "the disk was full", None)


def test_what_breaks_after_the_record_does_not_undo_it(finished: Finished) -> None:
    assert recording.failed(finished.night, "failed", "the server hiccuped", {}) == finished.record


def test_a_run_keeps_what_its_steps_yielded(finished: Finished) -> None:
    kept = (finished.night.folder / recording.RESULTS).read_text(encoding="utf-8")
    assert Results.model_validate_json(kept) == finished.results


def test_the_pages_of_a_run_are_known_while_the_stack_is_up(finished: Finished) -> None:
    assert recording.addresses(finished.tracked, None) == finished.record.mlflow
    known = recording.addresses(finished.tracked, "http://127.0.0.1:5000")
    assert known["report_url"].startswith("http://127.0.0.1:5000/#/experiments/")
    assert known["run_id"] in known["run_url"]


def test_the_champion_lives_outside_the_step_store(finished: Finished) -> None:
    champion = recording.open_ledger(finished.night).champion("sample")
    assert champion is not None
    assert champion.artifact.path == finished.night.settings.models(finished.night.project) / champion.sha256
    assert finished.night.store.root not in champion.artifact.path.parents
    assert {file.name for file in champion.artifact.files} <= {path.name for path in champion.artifact.path.iterdir()}


def test_a_model_that_writes_is_not_released(tmp_path: Path) -> None:
    night = open_night(None, (), make_writer(tmp_path / "checkout", dialogues=4).root)
    assert steps.writes(night)
    with pytest.raises(ParamsError, match=r"model\.recipe is generate, whose models can be trained .*not released"):
        steps.demand_releasable(night)
