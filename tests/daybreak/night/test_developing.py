"""Each step from rows to a model is done once, and followed while it is done."""

import shutil
from dataclasses import replace
from pathlib import Path

import pytest
from making import Finished

from daybreak import night as steps
from daybreak.night import developing
from daybreak.recipes.params import ModelParams
from daybreak.records import SweepRef
from daybreak.steps import Step, Store
from daybreak.tuning.params import Range, TuningParams


def test_preparing_again_reuses_the_data_version(finished: Finished) -> None:
    again = steps.prepare(finished.night)
    assert again.value == finished.results.dataset
    assert again.seconds == 0.0


def test_the_training_was_followed_in_the_run_of_the_night(finished: Finished) -> None:
    from mlflow import MlflowClient

    client = MlflowClient(finished.night.settings.mlflow)
    (run,) = client.search_runs([finished.tracked.experiment_id], f"tags.`daybreak.run_id` = '{finished.night.run_id}'")
    assert run.info.run_id == finished.tracked.mlflow_run_id
    assert {"train.loss", "train.validation_accuracy", "train.update_ratio", "system/cpu_percent"} <= set(
        run.data.metrics
    )
    assert "daybreak.followed" not in run.data.tags
    losses = [point.step for point in client.get_metric_history(run.info.run_id, "train.loss")]
    assert losses == sorted(set(losses))


def test_a_night_goes_on_from_its_champion(finished: Finished) -> None:
    """The torch model of the released version is the base; from any other base a night starts as it says."""
    night = replace(
        finished.night, params=finished.night.params.model_copy(update={"model": ModelParams(base="champion")})
    )
    other = finished.results.dataset.model_copy(update={"digest": "more data"})
    begun = steps.start(night, other)
    assert (begun.base, begun.revision) == (str(finished.results.model.path), "version 1")
    assert steps.start(finished.night, other) == finished.night.params.model
    assert steps.train(night, other, finished.results.swept).inputs["base"] != ""


def test_a_new_champion_calls_for_no_sweep_where_it_is_not_time_for_one(
    finished: Finished, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nights that begin from the champion begin from another folder after each release, with the same settings."""
    champion = finished.results.model.path
    shutil.copytree(champion, tmp_path / "next champion")
    asked, now = finished.night.params, ModelParams(base="champion", revision="version 1")
    tuning = TuningParams(when="weekly", space={"dropout": Range(draw="uniform", low=0.0, high=0.5)})
    params = asked.model_copy(update={"model": ModelParams(base="champion"), "tuning": tuning})
    night = replace(finished.night, params=params)
    object.__setattr__(night, "store", Store(tmp_path / "steps"))
    dataset = finished.results.dataset

    def begun(base: Path) -> Step[SweepRef]:
        monkeypatch.setattr(developing, "start", lambda *_: now.model_copy(update={"base": str(base)}))
        return steps.sweep(night, dataset.model_copy(update={"digest": f"rows of {base}"}))

    first = begun(champion)
    found = SweepRef(metric="accuracy", trials=(), best={"dropout": 0.2}, best_score=0.8)
    night.store.run(replace(first, work=lambda folder: found))
    second = begun(tmp_path / "next champion")
    assert "winner" in second.inputs, "takes over what the first one found"
    assert night.store.run(second).value.best == {"dropout": 0.2}
    always = tuning.model_copy(update={"when": "always"})
    night = replace(night, params=params.model_copy(update={"tuning": always}))
    assert begun(tmp_path / "next champion").inputs["base"] != first.inputs["base"], "what scores hang on is the model"


def test_trials_are_shown_only_where_there_are_any(finished: Finished) -> None:
    assert not finished.night.params.tuning.searches
    with developing.shown(finished.night) as show:
        assert show is None
