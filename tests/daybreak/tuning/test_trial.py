"""A trial as Ray Tune sees it, driven by hand."""

from collections.abc import Callable
from pathlib import Path

import pytest

from daybreak.tuning.params import TuningParams
from daybreak.tuning.request import Request
from daybreak.tuning.trial import Trial

MakeRequest = Callable[..., Request]


def _trial(request: Request, **point: float) -> Trial:
    made = Trial.__new__(Trial)  # Ray builds it in a worker
    made.setup({"learning_rate": 5e-3, **point}, request=request.model_dump_json())
    return made


@pytest.fixture
def trial(make_request: MakeRequest) -> Trial:
    return _trial(make_request())


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


def test_an_error_of_ours_is_reported_and_the_worker_lives_on(trial: Trial) -> None:
    trial.reset_config({"max_length": 9999})
    report = trial.step()
    assert report["done"]
    assert "score" not in report
    assert report["failed"].startswith("ModelError: training.max_length is 9999")
    assert "Traceback" in report["log"]
    trial.reset_config({"learning_rate": 5e-3})
    assert "score" in trial.step()


def test_another_error_is_raised_for_ray_to_try_again(trial: Trial, monkeypatch: pytest.MonkeyPatch) -> None:
    def explode(point: dict[str, float]) -> None:
        raise RuntimeError("no luck")

    monkeypatch.setattr(trial.desk, "begin", explode)
    with pytest.raises(RuntimeError, match="no luck"):
        trial.step()


def test_a_score_that_is_no_number_is_a_failure(trial: Trial, monkeypatch: pytest.MonkeyPatch) -> None:
    trial.step()
    monkeypatch.setattr(trial.attempt, "advance", lambda epochs: float("nan"))
    report = trial.step()
    assert report["failed"] == "accuracy is nan after 1 epochs"
    assert report["done"]


def test_another_one_goes_on_from_where_it_was_put_down(make_request: MakeRequest, tmp_path: Path) -> None:
    whole, first = _trial(make_request()), _trial(make_request())
    scores = [whole.step(), whole.step()]
    first.step()
    first.save_checkpoint(str(tmp_path / "put-down"))
    second = _trial(make_request(), dropout=0.1)
    second.load_checkpoint(str(tmp_path / "put-down"))
    report = second.step()
    assert (report["epoch"], report["done"]) == (1.0, True)
    assert report["score"] == scores[1]["score"]


def test_the_threads_of_a_trial_are_its_cpus(make_request: MakeRequest) -> None:
    trial = _trial(make_request(TuningParams(fraction=0.5, epochs=1, grace=0.5, cpus_per_trial=2)))
    trial.step()
    assert trial.attempt is not None
    assert trial.attempt.fitting.training.threads == 2
