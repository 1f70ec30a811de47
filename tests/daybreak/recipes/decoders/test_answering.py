"""What is asked of a row, and what a model says to it: the same every time, and only what is new."""

import json
from typing import Any

import pytest
import torch

from daybreak.recipes.decoders import answering
from daybreak.training.bases import tokenizer as tokenizers

SAID = [
    {"role": "user", "content": "还有房吗？"},
    {"role": "assistant", "content": "有的。"},
    {"role": "user", "content": "Until when?"},
    {"role": "assistant", "content": "Until 12."},
]


@pytest.fixture(scope="module")
def tokenizer() -> Any:
    return tokenizers.train_bytes([turn["content"] for turn in SAID], 300, 128)


@pytest.fixture
def network() -> Any:
    from transformers import LlamaConfig, LlamaForCausalLM

    torch.manual_seed(3)
    sizes = {"hidden_size": 16, "num_hidden_layers": 1, "num_attention_heads": 2, "intermediate_size": 32}
    config = LlamaConfig(vocab_size=300, pad_token_id=0, bos_token_id=1, eos_token_id=2, **sizes)
    return LlamaForCausalLM(config)


def test_a_dialogue_is_asked_up_to_its_last_answer(tokenizer: Any) -> None:
    asked = answering.question(tokenizer, "r", "", json.dumps(SAID, ensure_ascii=False))
    assert asked.asked == "user: 还有房吗？\nassistant: 有的。\nuser: Until when?"
    assert asked.reference == "Until 12."
    assert asked.prompt.endswith("Until when?<|im_end|>\n<|im_start|>assistant\n")


def test_of_a_text_the_first_half_is_given(tokenizer: Any) -> None:
    asked = answering.question(tokenizer, "r", "还有房吗", "")
    assert (asked.prompt, asked.reference) == ("还有", "房吗")
    assert answering.question(tokenizer, "r", "还", "").prompt == "还"


@pytest.mark.parametrize("is_dialogue", [True, False])
def test_it_says_the_same_every_time_and_not_the_prompt(tokenizer: Any, network: Any, is_dialogue: bool) -> None:
    network.train()
    said = {answering.go_on(network, tokenizer, "Until", is_dialogue=is_dialogue, most_tokens=6) for _ in range(3)}
    assert len(said) == 1
    assert network.training
    assert len(tokenizer(said.pop()).input_ids) <= 12
