"""A base in memory: fp32, complete, big enough for what training wants of it."""

import json
import shutil
from pathlib import Path
from typing import Any

import pytest
import torch
from safetensors.torch import load_file, save_file

from daybreak.errors import ModelError
from daybreak.recipes.params import ModelParams
from daybreak.training.bases import pretrained


def _unasked() -> list[str]:
    raise AssertionError("only weights from scratch read texts")


def _edit(folder: Path, **values: Any) -> None:
    config = json.loads((folder / "config.json").read_text("utf-8"))
    (folder / "config.json").write_text(json.dumps(config | values), encoding="utf-8")


@pytest.fixture
def copied(tiny_base: Path, tmp_path: Path) -> Path:
    shutil.copytree(tiny_base, tmp_path / "base")
    return tmp_path / "base"


def test_half_precision_weights_are_trained_in_fp32(tiny_base: Path) -> None:
    stored = load_file(tiny_base / "model.safetensors")
    loaded = pretrained.load(ModelParams(base=str(tiny_base)), 64, _unasked)
    built = loaded.network(0.3)
    assert {weight.dtype for weight in stored.values()} == {torch.float16}
    assert {weight.dtype for weight in built.parameters()} == {torch.float32}
    assert all(torch.equal(stored[name].float(), weight) for name, weight in built.state_dict().items())


def test_each_encoder_is_fresh_and_has_its_own_dropout(tiny_base: Path) -> None:
    loaded = pretrained.load(ModelParams(base=str(tiny_base)), 64, _unasked)
    first, second = loaded.network(0.1), loaded.network(0.4)
    with torch.no_grad():
        next(first.parameters()).zero_()
    assert next(second.parameters()).abs().sum() > 0
    assert first.config.hidden_dropout_prob == 0.1
    assert second.embeddings.dropout.p == 0.4


def test_scratch_learns_a_tokenizer_and_fits_the_embedding_to_it(tiny_model: ModelParams) -> None:
    loaded = pretrained.load(tiny_model, 64, lambda: ["很好 很差", "很好 很差"])
    assert loaded.weights is None
    assert loaded.config.vocab_size == len(loaded.tokenizer) == 5 + 3
    assert len(loaded.ref.tokenizer_sha256) == 64


def test_scratch_follows_torch_s_seed(tiny_model: ModelParams) -> None:
    loaded = pretrained.load(tiny_model, 64, lambda: ["很好", "很好"])

    def weights() -> torch.Tensor:
        torch.manual_seed(5)
        return next(loaded.network(0.1).parameters())

    assert torch.equal(weights(), weights())


def test_longer_texts_than_positions_are_refused(tiny_base: Path) -> None:
    with pytest.raises(
        ModelError, match=r"training\.max_length is 65; expected at most 64.*Lower training\.max_length"
    ):
        pretrained.load(ModelParams(base=str(tiny_base)), 65, _unasked)


def test_roberta_counts_positions_from_behind_its_padding() -> None:
    from transformers import BertConfig, RobertaConfig

    assert pretrained.positions(RobertaConfig(max_position_embeddings=514, pad_token_id=1)) == 512
    assert pretrained.positions(BertConfig(max_position_embeddings=512)) == 512


def test_a_tokenizer_larger_than_the_embedding_is_refused(copied: Path) -> None:
    weights = load_file(copied / "model.safetensors")
    name = "embeddings.word_embeddings.weight"
    weights[name] = weights[name][:10].clone()
    save_file(weights, copied / "model.safetensors", metadata={"format": "pt"})
    _edit(copied, vocab_size=10)
    with pytest.raises(ModelError, match=r"has \d+ tokens, its embedding 10 rows"):
        pretrained.load(ModelParams(base=str(copied)), 64, _unasked)


def test_incomplete_weights_are_refused(copied: Path) -> None:
    weights = load_file(copied / "model.safetensors")
    del weights["embeddings.word_embeddings.weight"]
    save_file(weights, copied / "model.safetensors", metadata={"format": "pt"})
    with pytest.raises(ModelError, match=r"lack embeddings\.word_embeddings\.weight"):
        pretrained.load(ModelParams(base=str(copied)), 64, _unasked)


def test_broken_weights_are_a_model_error(copied: Path) -> None:
    (copied / "model.safetensors").write_bytes(b"broken")
    with pytest.raises(ModelError, match="cannot be loaded"):
        pretrained.load(ModelParams(base=str(copied)), 64, _unasked)


def test_an_unknown_architecture_is_a_model_error(copied: Path) -> None:
    _edit(copied, model_type="no-such-architecture")
    with pytest.raises(ModelError, match="cannot be loaded"):
        pretrained.load(ModelParams(base=str(copied)), 64, _unasked)


@pytest.mark.parametrize(
    ("config", "message"),
    [
        ({"hiden_size": 32}, r"model\.config\.hiden_size .*expected hidden_size"),
        ({"hidden_size": 33, "num_attention_heads": 2}, "describes no model"),
        ({"hidden_size": "wide"}, "describes no model"),
    ],
)
def test_a_wrong_config_is_refused_before_any_training(config: dict[str, int | float | str], message: str) -> None:
    with pytest.raises(ModelError, match=message):
        pretrained.load(ModelParams(base="scratch", config=config), 64, lambda: ["很好", "很好"])
