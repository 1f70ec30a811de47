"""The model folder: sealed, verified, loaded back exactly."""

import json
import shutil
from pathlib import Path

import pytest
import torch
from safetensors.torch import load_file

from daybreak.errors import ModelError
from daybreak.recipes import classify
from daybreak.recipes.encoders import folder
from daybreak.records import ModelRef


@pytest.fixture
def copied(tiny_trained: ModelRef, tmp_path: Path) -> ModelRef:
    shutil.copytree(tiny_trained.path, tmp_path / "model")
    return tiny_trained.model_copy(update={"path": tmp_path / "model"})


def test_manifest_names_every_file_but_timings(tiny_trained: ModelRef) -> None:
    listed = {entry["name"] for entry in json.loads((tiny_trained.path / folder.MANIFEST).read_text("utf-8"))["files"]}
    present = {path.name for path in tiny_trained.path.iterdir()}
    assert present - listed == {folder.MANIFEST, "history.json"}
    assert folder.verify(tiny_trained.path) == tiny_trained.sha256


def test_recipe_says_how_to_answer(tiny_trained: ModelRef) -> None:
    recipe = json.loads((tiny_trained.path / folder.RECIPE).read_text("utf-8"))
    assert recipe == {"recipe": "classify", "labels": ["negative", "positive"], "max_length": 64, "pooling": "mean"}


def test_loads_back_exactly_in_evaluation_mode(tiny_trained: ModelRef) -> None:
    network = classify.load_model(tiny_trained)
    assert not network.training
    assert network.encoder.config._attn_implementation == "eager"
    stored = load_file(tiny_trained.path / folder.WEIGHTS)
    assert all(torch.equal(stored[name], weight) for name, weight in network.state_dict().items())
    assert {weight.dtype for weight in stored.values()} == {torch.float32}


def test_a_loaded_model_knows_what_it_learned(tiny_trained: ModelRef) -> None:
    network, tokenizer = classify.load_model(tiny_trained), folder.load_tokenizer(tiny_trained)
    for text, label in (("服务 好 满意", 1), ("the staff awful 失望", 0)):
        ids = torch.tensor([tokenizer.encode(text).ids])
        with torch.inference_mode():
            assert int(network(ids, torch.ones_like(ids)).argmax()) == label


@pytest.mark.parametrize("name", [folder.WEIGHTS, folder.TOKENIZER, folder.RECIPE, folder.CONFIG])
def test_an_altered_or_missing_file_is_refused(copied: ModelRef, name: str) -> None:
    with (copied.path / name).open("ab") as stream:
        stream.write(b" ")
    with pytest.raises(ModelError, match=f"{name} in .* was altered"):
        classify.load_model(copied)
    (copied.path / name).unlink()
    with pytest.raises(ModelError, match=f"{name} is missing.*Train the model again"):
        classify.load_model(copied)


def test_a_folder_without_manifest_is_unfinished(copied: ModelRef) -> None:
    (copied.path / folder.MANIFEST).unlink()
    with pytest.raises(ModelError, match="expected a finished model"):
        classify.load_model(copied)


def test_an_intact_folder_of_another_model_is_refused(copied: ModelRef) -> None:
    with pytest.raises(ModelError, match="expected 000000000000"):
        classify.load_model(copied.model_copy(update={"sha256": "0" * 64}))
