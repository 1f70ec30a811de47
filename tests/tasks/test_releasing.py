"""Tracking and releasing as tasks, and the names that a plan and the Prefect UI share."""

from typing import Any

import pytest
from making import Finished

from daybreak import recording
from tasks import data, evaluation, exporting, gates, releasing, training, tuning


def test_tracking_and_releasing_again_change_nothing(finished: Finished) -> None:
    tracked = releasing.track.fn(finished.night, finished.results, {})
    assert tracked.version == 1
    assert releasing.release_candidate.fn(finished.night, finished.results, tracked, recording.GRANTED) is None


@pytest.mark.parametrize(
    ("task", "name"),
    [
        (data.prepare, "prepare"),
        (tuning.sweep, "sweep"),
        (training.train, "train"),
        (exporting.export, "export"),
        (evaluation.evaluate, "evaluate"),
        (gates.judge, "judge"),
        (releasing.seal, "seal"),
        (releasing.release_candidate, "release"),
        (releasing.record, "record"),
    ],
)
def test_tasks_are_named_as_the_plan_names_them(task: Any, name: str) -> None:
    assert task.name == name
    assert task.timeout_seconds
