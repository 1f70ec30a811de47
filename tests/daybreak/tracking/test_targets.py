"""TensorBoard's and W&B's own readers find what was written; a package that is missing is said before any work."""

from pathlib import Path

import pytest

from daybreak.errors import ParamsError
from daybreak.params import load_params
from daybreak.tracking import targets
from daybreak.tracking.targets import Point

POINTS = [Point(1, {"loss": 0.7, "validation_accuracy": 0.5}, 1000.0), Point(2, {"loss": 0.6}, 1005.0)]


def test_tensorboard_reads_the_points(tmp_path: Path) -> None:
    pytest.importorskip("tensorboard")
    from tensorboard.backend.event_processing.event_accumulator import EventAccumulator

    for points in (POINTS[:1], POINTS[1:]):  # a training that was killed is begun again in the same folder
        target = targets.open_target("tensorboard", tmp_path, "daybreak-sample", "night")
        target.write(points)
        target.close("FINISHED")
    found = EventAccumulator(str(tmp_path / "tensorboard"))
    found.Reload()
    assert [(each.step, each.wall_time) for each in found.Scalars("loss")] == [(1, 1000.0), (2, 1005.0)]
    assert found.Scalars("validation_accuracy")[0].value == 0.5


def test_wandb_writes_an_offline_run(tmp_path: Path) -> None:
    pytest.importorskip("wandb")
    target = targets.open_target("wandb", tmp_path, "daybreak-sample", "night")
    target.write(POINTS)
    target.close("FINISHED")
    (run,) = (tmp_path / "wandb").glob("offline-run-*")
    (file,) = run.glob("*.wandb")
    assert file.stat().st_size > 0


@pytest.mark.parametrize("name", ["tensorboard", "wandb"])
def test_a_missing_package_is_said_with_what_mends_it(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(targets, "find_spec", lambda _: None)
    with pytest.raises(
        ParamsError, match=rf"report_to names {name}, and the package {name} is not.*pip install {name}"
    ):
        targets.require((name,))


def test_another_name_is_refused_with_the_ones_there_are(tmp_path: Path) -> None:
    (tmp_path / "params.yaml").write_text("tracking:\n  report_to: [comet]\n", encoding="utf-8")
    with pytest.raises(ParamsError, match=r"tracking\.report_to\.0 is 'comet'.*'tensorboard' or 'wandb'"):
        load_params(tmp_path / "params.yaml")
