"""Models from scratch: any architecture that transformers knows, our light one, and what cannot be built."""

from collections.abc import Sequence
from typing import Any

import pytest
import torch

from daybreak.errors import ModelError
from daybreak.training.bases import scratch

SMALL: dict[str, Any] = {"hidden_size": 16, "num_hidden_layers": 1, "num_attention_heads": 2, "intermediate_size": 32}
TEXTS = ["很好 很差", "很好 很差"]


@pytest.mark.parametrize("model_type", ["bert", "distilbert", "roberta", "electra", "cnn"])
def test_an_encoder_is_built_for_the_tokenizer_that_was_learned(model_type: str) -> None:
    sizes = SMALL if model_type != "distilbert" else {**SMALL, "hidden_dim": 32}
    sizes = {key: value for key, value in sizes.items() if model_type != "distilbert" or key != "intermediate_size"}
    config, learned = scratch.begin({**sizes, "model_type": model_type}, lambda: TEXTS, "encoder")
    network = scratch.auto("encoder").from_config(config)
    assert config.vocab_size == len(learned) == 5 + 3
    ids = torch.tensor([learned("很好").input_ids])
    assert network(input_ids=ids, attention_mask=torch.ones_like(ids)).last_hidden_state.shape == (1, 4, 16)


def test_one_layer_and_a_cnn_are_smaller_than_the_default() -> None:
    """So that a sweep can ask whether the big one is worth it."""

    def weights(**wanted: object) -> int:
        config, _ = scratch.begin(wanted, lambda: TEXTS, "encoder")
        return sum(weight.numel() for weight in scratch.auto("encoder").from_config(config).parameters())

    default = weights()
    assert weights(num_hidden_layers=1) < default
    assert weights(model_type="cnn", num_hidden_layers=1) < default
    assert weights(model_type="cnn", num_attention_heads=2, intermediate_size=512) < default


def test_a_decoder_is_a_language_model_that_knows_where_it_ends() -> None:
    config, learned = scratch.begin(SMALL, lambda: TEXTS, "decoder")
    assert config.model_type == "llama"
    assert config.eos_token_id == learned.eos_token_id
    logits = scratch.auto("decoder").from_config(config)(torch.tensor([[5, 6]])).logits
    assert logits.shape == (1, 2, len(learned))


@pytest.mark.parametrize(
    ("wanted", "message"),
    [
        ({"model_type": "brt"}, r"model_type is 'brt', which transformers does not know; expected bert"),
        ({"model_type": "cnn", "kernel": 3}, r"model\.config\.kernel is not a key of CnnConfig; expected kernel_size"),
        ({"model_type": "cnn", "kernel_size": 4}, "describes no model: kernel_size is 4, and must be odd"),
        ({"hidden_size": 33}, "describes no model"),
    ],
)
def test_what_cannot_be_built_is_said_before_anything_is_learned(wanted: dict[str, Any], message: str) -> None:
    def untouched() -> Sequence[str]:
        raise AssertionError("no text may be read")

    with pytest.raises(ModelError, match=message):
        scratch.begin({"num_attention_heads": 2, **wanted}, untouched, "encoder")
