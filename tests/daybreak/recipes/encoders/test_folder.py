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
from daybreak.records import BaseRef, ModelRef


@pytest.fixture
def copied(tiny_trained: ModelRef, tmp_path: Path) -> ModelRef:
    shutil.copytree(tiny_trained.path, tmp_path / "model")
    return tiny_trained.model_copy(update={"path": tmp_path / "model"})


def test_manifest_names_every_file_but_timings(tiny_trained: ModelRef) -> None:
    listed = {entry["name"] for entry in json.loads((tiny_trained.path / folder.MANIFEST).read_text("utf-8"))["files"]}
    present = {path.name for path in tiny_trained.path.iterdir()}
    assert present - listed == {folder.MANIFEST, "history.json", "order.npz"}
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


def test_tied_weights_are_kept_once_and_folders_below_are_sealed(tmp_path: Path) -> None:
    from transformers import LlamaConfig, LlamaForCausalLM

    from daybreak.recipes import generate
    from daybreak.testing.tiny import make_tokenizer

    sizes = {"hidden_size": 8, "num_hidden_layers": 1, "num_attention_heads": 2, "intermediate_size": 16}
    network = LlamaForCausalLM(LlamaConfig(vocab_size=20, tie_word_embeddings=True, pad_token_id=0, **sizes)).eval()
    (tmp_path / "adapter").mkdir()
    (tmp_path / "adapter" / "notes.json").write_text("{}", encoding="utf-8")
    digest = folder.save(network, make_tokenizer("好"), {"recipe": "generate"}, tmp_path)
    assert "lm_head.weight" not in load_file(tmp_path / folder.WEIGHTS)
    base = BaseRef(source="scratch", revision="", weights_sha256="", tokenizer_sha256="")
    ref = ModelRef(path=tmp_path, recipe="generate", labels=("",), sha256=digest, base=base, seed=1, metrics={})
    loaded = generate.load_model(ref)
    ids = torch.arange(6).unsqueeze(0)
    with torch.inference_mode():
        assert torch.equal(loaded(input_ids=ids).logits, network(input_ids=ids).logits)
    (tmp_path / "adapter" / "notes.json").write_text("{ }", encoding="utf-8")
    with pytest.raises(ModelError, match=r"adapter/notes.json in .* was altered"):
        folder.verify(tmp_path)
