"""What cannot end well is said before any work."""

import time
from pathlib import Path

import pandas as pd
import pytest
from making import make_founder, make_writer

from daybreak import night as steps
from daybreak.errors import DataError, ParamsError
from daybreak.night import open_night
from daybreak.records import DatasetRef, Project


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


def test_a_model_that_writes_is_released_and_held_against_its_base(tmp_path: Path) -> None:
    night = open_night(None, (), make_writer(tmp_path / "checkout", dialogues=4).root)
    steps.demand_releasable(night)
    assert steps.generates(night)


def test_a_classifier_has_a_baseline_of_another_kind(project: Project) -> None:
    assert not steps.generates(open_night(None, (), project.root))


def test_a_base_for_others_is_not_released(tmp_path: Path) -> None:
    night = open_night(None, (), make_founder(tmp_path / "checkout").root)
    assert steps.writes(night)
    assert not steps.generates(night)
    with pytest.raises(ParamsError, match=r"model\.recipe is pretrain, whose models can be trained .*not released"):
        steps.demand_releasable(night)


@pytest.mark.parametrize("drawn", ["model.config.hidden_size", "max_length"])
def test_a_sweep_does_not_draw_sizes_of_what_is_laid_out_before_it(tmp_path: Path, drawn: str) -> None:
    space = f"tuning.space={{{drawn}: {{draw: integer, low: 32, high: 64}}}}"
    night = open_night(None, (space,), make_founder(tmp_path / "checkout").root)
    with pytest.raises(ParamsError, match=rf"{drawn} draws sizes of an encoder that is laid out before the sweep"):
        steps.check(night)


def test_what_would_keep_gates_from_judging_is_said_before_training(staged_project: Project) -> None:
    night = open_night(None, (), staged_project.root)
    dataset = DatasetRef(
        project="sample", version=1, digest="d", path=staged_project.data, labels=("negative", "positive"), rows={}
    )
    steps.demand_judgeable(night, dataset)
    strict = open_night(None, ["gates.quality.critical={urgent: 0.9}"], staged_project.root)
    with pytest.raises(
        ParamsError, match=r"gates\.quality\.critical names 'urgent', which is no label of data version 1"
    ):
        steps.demand_judgeable(strict, dataset)
    golden = staged_project.root / "data/golden/cases.jsonl"
    golden.parent.mkdir()
    golden.write_text('{"text": "好"}\n', encoding="utf-8")
    with pytest.raises(DataError, match=r"cases\.jsonl:1 must have a label or an answer"):
        steps.demand_judgeable(night, dataset)


def test_a_test_split_that_cannot_judge_is_said_before_training(staged_project: Project) -> None:
    night = open_night(None, (), staged_project.root)
    dataset = DatasetRef(
        project="sample", version=1, digest="d", path=staged_project.data, labels=("negative", "positive"), rows={}
    )
    path = dataset.split("test")
    frame = pd.read_parquet(path)
    frame[frame["label"] == "positive"].to_parquet(path)
    with pytest.raises(
        DataError, match="the test split holds only the label 'positive'; expected rows of at least two"
    ):
        steps.demand_judgeable(night, dataset)
    frame.iloc[:0].to_parquet(path)
    with pytest.raises(DataError, match="the test split holds no rows"):
        steps.demand_judgeable(night, dataset)
    path.unlink()
    with pytest.raises(DataError, match=r"test\.parquet is missing; expected a test split"):
        steps.demand_judgeable(night, dataset)


@pytest.mark.parametrize(
    ("ship", "words"),
    [
        ("onnx-int8", r"exporting\.provider is cuda, and exporting\.ship is onnx-int8, which is for processors"),
        ("onnx-fp16", r"exporting\.provider is cuda, and NVIDIA's driver finds no GPU.*provider to cpu"),
    ],
)
def test_a_gpu_to_serve_on_that_is_absent_is_said_at_once(
    project: Project, monkeypatch: pytest.MonkeyPatch, ship: str, words: str
) -> None:
    from daybreak.training import machine

    monkeypatch.setattr(machine, "driven", lambda: 0)
    night = open_night(None, ("exporting.provider=cuda", f"exporting.ship={ship}"), project.root)
    began = time.perf_counter()
    with pytest.raises(ParamsError, match=words) as refused:
        steps.check(night)
    assert time.perf_counter() - began < 1
    assert refused.value.exit_code == 2
