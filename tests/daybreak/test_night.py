"""A night is opened in one place, and each of its steps knows what it depends on."""

from dataclasses import replace
from pathlib import Path

import pytest
from making import Finished, commit_all, write_params

from daybreak import night as steps
from daybreak.errors import ParamsError
from daybreak.night import open_night
from daybreak.recipes.params import ModelParams
from daybreak.records import Project


def test_opening_reads_params_and_writes_nothing(project: Project) -> None:
    before = sorted(project.root.rglob("*"))
    night = open_night(None, ["training.epochs=3"], project.root)
    assert night.params.training.epochs == 3
    assert night.settings.home == project.root / ".daybreak"
    assert night.folder == project.root / ".daybreak" / "runs" / "sample" / night.run_id
    assert sorted(project.root.rglob("*")) == before


def test_two_nights_have_two_ids(project: Project) -> None:
    assert open_night(None, (), project.root).run_id != open_night(None, (), project.root).run_id
    assert open_night(None, (), project.root, run_id="given").run_id == "given"


def test_a_wrong_override_is_refused_on_opening(project: Project) -> None:
    with pytest.raises(ParamsError, match=r"training\.epochs"):
        open_night(None, ["training.epoch=3"], project.root)


@pytest.mark.parametrize(
    ("override", "names"),
    [
        ("training.seed=3", {"sweep", "train"}),
        ("tuning.seed=3", {"sweep"}),
        ("model.config.hidden_size=16", {"sweep", "train"}),
        ("training.epochs=5", {"train"}),  # how long a trial lasts is a setting of the sweep
        ("exporting.ship=onnx-fp32", {"export"}),
        ("gates.latency.max_ms_p95=1000", {"judge"}),
    ],
)
def test_a_setting_changes_the_keys_of_the_steps_that_read_it(
    finished: Finished, override: str, names: set[str]
) -> None:
    night, results = finished.night, finished.results
    other = open_night(None, [override], night.project.root)

    def keys(of: steps.Night) -> dict[str, str]:
        chain = (
            steps.sweep(of, results.dataset),
            steps.train(of, results.dataset, results.swept),
            steps.export(of, results.dataset, results.model),
            steps.measure(of, results.dataset, results.exported),
            steps.judge(of, results.evidence, None),
        )
        return {step.name: step.key for step in chain}

    before, after = keys(night), keys(other)
    assert {name for name in before if before[name] != after[name]} == names


def test_preparing_again_reuses_the_data_version(finished: Finished) -> None:
    again = steps.prepare(finished.night)
    assert again.value == finished.results.dataset
    assert again.seconds == 0.0


def test_looser_limits_than_the_commit_block_the_release(finished: Finished, tmp_path: Path) -> None:
    night = open_night(None, ["gates.quality.min_accuracy=0.1"], finished.night.project.root)
    verdicts = night.store.run(steps.judge(night, finished.results.evidence, None)).value.verdicts
    assert [verdict.code for verdict in verdicts if verdict.blocks] == ["limits_loosened"]
    assert "gates.quality.min_accuracy is 0.1, the commit says 0.5" in verdicts[0].reason


def test_an_uncommitted_loosening_in_the_file_blocks_too(project: Project) -> None:
    strict = {"gates": {"quality": {"min_accuracy": 0.9}}}
    write_params(project.root, strict)
    commit_all(project.root, "Strict")
    write_params(project.root, {"gates": {"quality": {"min_accuracy": 0.2}}})
    night = open_night(None, (), project.root)
    (reason,) = steps._loosened(night)
    assert reason == "gates.quality.min_accuracy is 0.2, the commit says 0.9"


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


def test_a_target_that_is_not_installed_is_said_before_any_work(
    project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    from daybreak.tracking import targets

    monkeypatch.setattr(targets, "find_spec", lambda name: None)
    night = open_night(None, ["tracking.report_to=[wandb]"], project.root)
    before = sorted(project.root.rglob("*"))
    with pytest.raises(ParamsError, match=r"tracking\.report_to names wandb"):
        steps.prepare(night)
    assert sorted(project.root.rglob("*")) == before


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


def test_a_plain_id_is_taken_from_the_hub_that_settings_name(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DAYBREAK_MODEL_HUB", "modelscope")
    night = open_night(None, ("model.base=owner/name",), project.root)
    assert night.params.model.base == "modelscope:owner/name"
