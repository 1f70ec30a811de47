"""A night has its run in MLflow, its version in the registry, and its files outside the step store."""

from making import Finished

from daybreak import recording
from daybreak.night import open_night
from daybreak.planning import Results


def test_the_same_artifact_is_not_registered_or_released_twice(finished: Finished) -> None:
    later = open_night(None, (), finished.night.project.root)
    tracked = recording.track(later, finished.results, {})
    assert tracked.version == 1
    assert tracked.mlflow_run_id != finished.tracked.mlflow_run_id
    assert recording.release(later, finished.results, tracked, actor="test") is None


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
