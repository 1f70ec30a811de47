"""A night is opened in one place, and each of its steps knows what it depends on."""

from pathlib import Path

import pytest
from making import Finished, commit_all, write_params

from daybreak import night as steps
from daybreak.errors import ParamsError
from daybreak.night import open_night
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
        ("training.epochs=5", {"sweep", "train"}),
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
