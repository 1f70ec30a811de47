"""A trial as Ray Tune sees it, driven by hand."""

from collections.abc import Callable

import pytest

from daybreak.tuning.request import Request
from daybreak.tuning.trial import Trial, milliepochs


@pytest.fixture
def trial(make_request: Callable[..., Request]) -> Trial:
    made = Trial.__new__(Trial)  # Ray builds it in a worker
    made.setup({"learning_rate": 5e-3}, request=make_request().model_dump_json())
    return made


def test_reports_at_every_rung_and_says_when_it_is_done(trial: Trial) -> None:
    reports = [trial.step(), trial.step()]
    assert [report["epoch"] for report in reports] == [0.5, 1.0]
    assert [report["milliepochs"] for report in reports] == [500, 1000]
    assert [report["done"] for report in reports] == [False, True]
    assert all(0 <= report["score"] <= 1 for report in reports)


def test_a_worker_that_begins_again_is_as_good_as_new(trial: Trial) -> None:
    first = [trial.step()["score"], trial.step()["score"]]
    trial.reset_config({"learning_rate": 1e-4})
    trial.step()
    assert trial.reset_config({"learning_rate": 5e-3})
    assert [trial.step()["score"], trial.step()["score"]] == first


def test_rungs_are_whole_numbers() -> None:
    assert [milliepochs(epochs) for epochs in (0.4, 0.8, 1.0, 0.0001)] == [400, 800, 1000, 1]
