"""A light encoder without attention: a few convolutions over word embeddings, each reading its neighbours."""

from functools import cache
from typing import Any

import torch
from torch import Tensor, nn

LIGHT = "cnn"


class Convolution(nn.Module):
    """One layer: each token's state, and what a convolution over its neighbours adds to it (He et al., 2016)."""

    def __init__(self, width: int, kernel_size: int, dropout: float) -> None:
        super().__init__()
        self.norm = nn.LayerNorm(width)
        self.reads = nn.Conv1d(width, width, kernel_size, padding=kernel_size // 2)
        self.writes = nn.Linear(width, width)
        self.dropout = nn.Dropout(dropout)

    def forward(self, states: Tensor, real: Tensor) -> Tensor:
        """States [batch, length, width]; `real` [batch, length, 1] is 0 on padding, which no neighbour may read."""
        read = self.reads((self.norm(states) * real).transpose(1, 2)).transpose(1, 2)
        added: Tensor = self.dropout(self.writes(nn.functional.gelu(read)))
        return states + added


@cache
def config_class() -> Any:
    """The sizes as a transformers config, which is loaded here and no sooner.

    `kernel_size` is the number of tokens a layer reads at once, and odd. `num_attention_heads` and `intermediate_size`
    mean nothing here: with them, one search space may hold both kinds.
    """
    from transformers import PreTrainedConfig

    class CnnConfig(PreTrainedConfig):  # type: ignore[misc]  # transformers has no types
        model_type = LIGHT

        def __init__(  # noqa: PLR0917 - as transformers' configs are made
            self,
            vocab_size: int = 6000,
            hidden_size: int = 128,
            num_hidden_layers: int = 2,
            kernel_size: int = 5,
            hidden_dropout_prob: float = 0.1,
            max_position_embeddings: int = 512,
            num_attention_heads: int = 1,
            intermediate_size: int = 1,
            initializer_range: float = 0.02,
            pad_token_id: int | None = 0,
            **rest: Any,
        ) -> None:
            if kernel_size < 1 or kernel_size % 2 == 0:
                raise ValueError(f"kernel_size is {kernel_size}, and must be odd")
            self.vocab_size, self.hidden_size, self.num_hidden_layers = vocab_size, hidden_size, num_hidden_layers
            self.kernel_size, self.hidden_dropout_prob = kernel_size, hidden_dropout_prob
            self.max_position_embeddings, self.initializer_range = max_position_embeddings, initializer_range
            self.num_attention_heads, self.intermediate_size = num_attention_heads, intermediate_size
            super().__init__(pad_token_id=pad_token_id, **rest)

    return CnnConfig


@cache
def model_class() -> Any:
    """The encoder: embeddings, then convolutions (after Kim, 2014, with states for every token, not one a text).

    Token ids int64 [batch, length] and their mask → `last_hidden_state` [batch, length, width].
    """
    from transformers import PreTrainedModel
    from transformers.modeling_outputs import BaseModelOutput

    class CnnModel(PreTrainedModel):  # type: ignore[misc]
        base_model_prefix = "encoder"

        def __init__(self, config: Any) -> None:
            super().__init__(config)
            width, dropout = config.hidden_size, config.hidden_dropout_prob
            self.embeddings = nn.Embedding(config.vocab_size, width, padding_idx=config.pad_token_id)
            layers = (Convolution(width, config.kernel_size, dropout) for _ in range(config.num_hidden_layers))
            self.layers, self.norm, self.dropout = nn.ModuleList(layers), nn.LayerNorm(width), nn.Dropout(dropout)
            self.post_init()

        def get_input_embeddings(self) -> nn.Module:
            return self.embeddings

        def set_input_embeddings(self, value: nn.Embedding) -> None:
            self.embeddings = value

        def forward(self, input_ids: Tensor, attention_mask: Tensor | None = None, **_: Any) -> Any:
            mask = torch.ones_like(input_ids) if attention_mask is None else attention_mask
            states = self.dropout(self.embeddings(input_ids))
            real = (mask > 0).unsqueeze(-1).to(states.dtype)
            for layer in self.layers:
                states = layer(states, real)
            return BaseModelOutput(last_hidden_state=self.norm(states))

    CnnModel.config_class = config_class()
    return CnnModel


def register() -> None:
    """Make the encoder one of those that transformers finds by its `model_type`; saying so twice changes nothing."""
    from transformers import AutoConfig, AutoModel

    AutoConfig.register(LIGHT, config_class(), exist_ok=True)
    AutoModel.register(config_class(), model_class(), exist_ok=True)
