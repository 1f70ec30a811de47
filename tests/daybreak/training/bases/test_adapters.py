"""Adapters: little is learned, the rest stands still, merged they say the same, and peft can read them."""

from pathlib import Path
from typing import Any

import pytest
import torch

from daybreak.errors import ParamsError
from daybreak.training.bases import adapters
from daybreak.training.params import AdapterParams

LORA = AdapterParams(kind="lora", rank=2, dropout=0.5)
IDS = torch.arange(3, 15).reshape(2, 6)


def _decoder() -> Any:
    from transformers import LlamaConfig, LlamaForCausalLM

    torch.manual_seed(3)
    sizes = {"hidden_size": 16, "num_hidden_layers": 2, "num_attention_heads": 2, "intermediate_size": 32}
    return LlamaForCausalLM(LlamaConfig(vocab_size=60, tie_word_embeddings=True, pad_token_id=0, **sizes)).eval()


def _learn(network: Any) -> None:
    network.eval()  # fresh adapters come with their dropout on
    torch.manual_seed(4)
    for name, weight in network.named_parameters():
        if "lora_B" in name:
            torch.nn.init.normal_(weight)


@pytest.mark.parametrize(("targets", "expected"), [((), 14), (("q_proj", "v_proj"), 4)])
def test_only_the_adapters_are_learned(targets: tuple[str, ...], expected: int) -> None:
    network = _decoder()
    adapters.add(network, LORA.model_copy(update={"targets": targets}), "decoder")
    learned = [name for name, weight in network.named_parameters() if weight.requires_grad]
    assert len(learned) == 2 * expected
    assert all(".lora_" in name for name in learned)
    assert set(learned) == set(adapters.weights(network))


@pytest.mark.parametrize("held", [torch.float32, torch.bfloat16])
def test_adapters_are_learned_in_fp32_whatever_the_base_is_held_in(held: torch.dtype) -> None:
    network = _decoder().to(held)
    adapters.add(network, LORA, "decoder")
    weights = dict(network.named_parameters())
    learned = set(adapters.weights(network))
    assert {weights[name].dtype for name in learned} == {torch.float32}
    assert {weight.dtype for name, weight in weights.items() if name not in learned} == {held}


def test_fresh_adapters_change_nothing() -> None:
    network = _decoder()
    before = network(input_ids=IDS).logits
    adapters.add(network, LORA, "decoder")
    network.eval()
    assert torch.equal(network(input_ids=IDS).logits, before)


def test_merged_the_network_is_as_if_there_were_none_and_says_what_it_said() -> None:
    network = _decoder()
    names = set(network.state_dict())
    adapters.add(network, LORA, "decoder")
    _learn(network)
    said = network(input_ids=IDS).logits
    merged: Any = adapters.merge(network)
    assert set(merged.state_dict()) == names
    assert not hasattr(merged, "peft_config")
    assert torch.allclose(merged(input_ids=IDS).logits, said, atol=1e-5)
    assert not torch.allclose(said, _decoder()(input_ids=IDS).logits, atol=1e-2)


def test_peft_reads_what_is_kept(tmp_path: Path) -> None:
    from peft import PeftModel

    network = _decoder()
    adapters.add(network, LORA, "decoder")
    _learn(network)
    adapters.keep(network, LORA, "decoder", "some/base", tmp_path)
    theirs = PeftModel.from_pretrained(_decoder(), tmp_path).eval()
    assert torch.equal(theirs(input_ids=IDS).logits, network(input_ids=IDS).logits)
    assert theirs.peft_config["default"].base_model_name_or_path == "some/base"


def test_targets_that_name_no_layer_are_named() -> None:
    with pytest.raises(ParamsError, match=r"targets finds none of query .*such as .*q_proj"):
        adapters.add(_decoder(), LORA.model_copy(update={"targets": ("query",)}), "decoder")


def test_few_bits_need_a_gpu() -> None:
    with pytest.raises(ParamsError, match="bits is 4, which needs a GPU; expected 16 or 32"):
        adapters.demand(LORA.model_copy(update={"bits": 4}), torch.device("cpu"))
    adapters.demand(LORA.model_copy(update={"bits": 16}), torch.device("cpu"))
    adapters.demand(AdapterParams(), torch.device("cpu"))


def test_what_is_not_installed_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(adapters, "find_spec", lambda name: None)
    with pytest.raises(ParamsError, match="peft is not installed"):
        adapters.demand(LORA, torch.device("cpu"))
    monkeypatch.setattr(adapters, "find_spec", lambda name: name == "peft" or None)
    with pytest.raises(ParamsError, match="bitsandbytes is not installed"):
        adapters.demand(LORA.model_copy(update={"bits": 8}), torch.device("cuda"))
