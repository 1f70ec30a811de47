"""Each task does what its room does: the wiring, and nothing else, since the rooms have their own tests."""

from typing import Any

import pytest
from making import Finished

from daybreak.records import Evidence
from tasks import data, evaluation, exporting, gates, releasing, training, tuning


def test_tasks_give_what_the_steps_gave(finished: Finished) -> None:
    night, results = finished.night, finished.results
    dataset = data.prepare.fn(night).value
    swept = tuning.sweep.fn(night, dataset).value
    model = training.train.fn(night, dataset, swept).value
    exported = exporting.export.fn(night, dataset, model).value
    candidate = evaluation.evaluate.fn(night, dataset, exported).value
    judgement = gates.judge.fn(night, Evidence(candidate=candidate, champion=None, dataset=dataset), None).value
    assert (dataset, model, exported) == (results.dataset, results.model, results.exported)
    assert (candidate, judgement) == (results.evidence.candidate, results.judgement)


def test_the_champion_is_measured_on_the_same_rows(finished: Finished) -> None:
    from daybreak.recording import open_ledger

    champion = open_ledger(finished.night).champion("sample")
    assert champion is not None
    measured = evaluation.evaluate_champion.fn(finished.night, finished.results.dataset, champion).value
    assert measured.artifact_sha256 == champion.sha256
    assert measured.dataset_digest == finished.results.dataset.digest


def test_tracking_and_releasing_again_change_nothing(finished: Finished) -> None:
    tracked = releasing.track.fn(finished.night, finished.results, {})
    assert tracked.version == 1
    assert releasing.release.fn(finished.night, finished.results, tracked) is None


@pytest.mark.parametrize(
    ("task", "name"),
    [
        (data.prepare, "prepare"),
        (tuning.sweep, "sweep"),
        (training.train, "train"),
        (exporting.export, "export"),
        (evaluation.evaluate, "evaluate"),
        (gates.judge, "judge"),
        (releasing.release, "release"),
        (releasing.record, "record"),
    ],
)
def test_tasks_are_named_as_the_plan_names_them(task: Any, name: str) -> None:
    assert task.name == name
    assert task.timeout_seconds
