"""Going on from the champion: its torch model, found by its night; never twice from the same data."""

import json
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import torch
from safetensors.torch import load_file

from daybreak.errors import ModelError
from daybreak.recipes import classify
from daybreak.recipes.params import ModelParams
from daybreak.records import ArtifactRef, Champion, DatasetRef, ModelRef
from daybreak.training import assembling, devices, loop
from daybreak.training.bases import base, pretrained, warm
from daybreak.training.params import TrainingParams

WARM = ModelParams(base="champion")
ARTIFACT = ArtifactRef(path=Path(), kind="onnx-fp32", sha256="a", bytes=1, files=())
CHAMPION = Champion(
    version=3, sha256="a", artifact=ARTIFACT, run_id="night", data_version=1, at=datetime(2026, 1, 1, tzinfo=UTC)
)
Record = Callable[..., Path]


@pytest.fixture
def record(tiny_trained: ModelRef, tiny_dataset: DatasetRef, tmp_path: Path) -> Record:
    """`record(base=…, source=…, digest=…)` writes what the champion's night left; gives the folder of all runs."""

    def write(asked: str = "scratch", source: str = "scratch", digest: str = "other data") -> Path:
        folder = tmp_path / "runs" / "night"
        folder.mkdir(parents=True)
        began = tiny_trained.base.model_copy(update={"source": source, "revision": "version 2"})
        model = tiny_trained.model_copy(update={"base": began}).model_dump(mode="json")
        results = {"model": model, "dataset": {**tiny_dataset.model_dump(mode="json"), "digest": digest}}
        (folder / "results.json").write_text(json.dumps(results), encoding="utf-8")
        (folder / "params.json").write_text(json.dumps({"model": {"base": asked}}), encoding="utf-8")
        return folder.parent

    return write


def test_the_champion_s_torch_model_is_the_base(
    record: Record, tiny_trained: ModelRef, tiny_dataset: DatasetRef
) -> None:
    found = warm.begin(WARM, CHAMPION, record(), tiny_dataset)
    assert (found.base, found.revision) == (str(tiny_trained.path), "version 3")
    ref = base.resolve(found)
    assert ref.revision == "version 3"
    assert len(ref.weights_sha256) == len(ref.tokenizer_sha256) == 64


def test_on_the_champion_s_own_data_the_night_is_the_same_one(
    record: Record, tiny_dataset: DatasetRef, tmp_path: Path
) -> None:
    """Else each night would go on from the last one, and nothing would ever be done."""
    (first := tmp_path / "first").mkdir()
    (first / "manifest.json").touch()
    found = warm.begin(WARM, CHAMPION, record("champion", str(first), tiny_dataset.digest), tiny_dataset)
    assert (found.base, found.revision) == (str(first), "version 2")


def test_a_champion_that_began_cold_is_gone_on_from_on_its_own_data_too(
    record: Record, tiny_trained: ModelRef, tiny_dataset: DatasetRef
) -> None:
    runs = record("scratch", "scratch", tiny_dataset.digest)
    assert warm.begin(WARM, CHAMPION, runs, tiny_dataset).base == str(tiny_trained.path)


def test_without_a_champion_another_base_is_asked_for(tiny_dataset: DatasetRef, tmp_path: Path) -> None:
    with pytest.raises(ModelError, match=r"base is champion, and there is none yet; .*-p model\.base=daybreak/zh-mini"):
        warm.begin(WARM, None, tmp_path, tiny_dataset)


def test_an_adopted_champion_left_no_torch_model(tiny_dataset: DatasetRef, tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="night night of version 3 left no torch model"):
        warm.begin(WARM, CHAMPION, tmp_path, tiny_dataset)


def test_a_torch_model_that_was_removed(record: Record, tiny_dataset: DatasetRef) -> None:
    runs = record()
    results: dict[str, Any] = json.loads((runs / "night" / "results.json").read_text("utf-8"))
    results["model"]["path"] = "/nowhere"
    (runs / "night" / "results.json").write_text(json.dumps(results), encoding="utf-8")
    with pytest.raises(ModelError, match="the torch model of version 3 is not in /nowhere any more"):
        warm.begin(WARM, CHAMPION, runs, tiny_dataset)


def test_head_and_encoder_go_on_where_recipe_and_labels_are_the_same(tiny_trained: ModelRef) -> None:
    loaded = pretrained.load(ModelParams(base=str(tiny_trained.path)), 64, lambda: [])
    before = load_file(tiny_trained.path / "model.safetensors")
    same = assembling.build(classify, loaded, tiny_trained.labels, TrainingParams(), devices.CPU)  # type: ignore[arg-type]
    assert all(torch.equal(value, before[name]) for name, value in same.state_dict().items())
    other = assembling.build(classify, loaded, ("bad", "good"), TrainingParams(), devices.CPU)  # type: ignore[arg-type]
    assert not torch.equal(other.state_dict()["head.weight"], before["head.weight"])
    assert all(
        torch.equal(value, before[name]) for name, value in other.state_dict().items() if name.startswith("encoder.")
    )


def test_a_warm_start_is_ahead_of_a_cold_one(
    tiny_trained: ModelRef, tiny_dataset: DatasetRef, tiny_training: TrainingParams, tmp_path: Path
) -> None:
    short = tiny_training.model_copy(update={"epochs": 0.2, "learning_rate": 1e-4})
    losses = []
    for name in (str(tiny_trained.path), "scratch"):
        (folder := tmp_path / name.replace("/", "_")).mkdir()
        model = ModelParams(base=name, config={"hidden_size": 32, "intermediate_size": 64} if name == "scratch" else {})
        made = loop.train(tiny_dataset, model, short, folder, cache=tmp_path / "cache")
        losses.append(made.metrics["validation_loss"])
    assert losses[0] < losses[1]
