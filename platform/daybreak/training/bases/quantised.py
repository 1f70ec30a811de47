"""A frozen base in 8 or 4 bits on a GPU, for adapters to stand on (QLoRA, Dettmers et al., 2023)."""

from collections.abc import Mapping
from typing import Any

import torch
from torch import Tensor, nn

from daybreak.errors import ModelError
from daybreak.training.bases import scratch


def load(
    weights: Mapping[str, Tensor] | None, kind: scratch.Kind, config: Any, bits: int, device: torch.device | None
) -> nn.Module:
    """The base with its linear layers quantised by bitsandbytes, on its GPU; 4 bits are NF4, computed with in bf16."""
    from transformers import BitsAndBytesConfig

    if weights is None:
        raise ModelError("model.base is scratch, with nothing to keep in few bits", "a trained base", "Choose one")
    how = (
        BitsAndBytesConfig(load_in_8bit=True)
        if bits == 8
        else BitsAndBytesConfig(
            load_in_4bit=True,
            bnb_4bit_quant_type="nf4",
            bnb_4bit_use_double_quant=True,
            bnb_4bit_compute_dtype=torch.bfloat16,
        )
    )
    network: nn.Module = scratch.auto(kind).from_pretrained(
        None, config=config, state_dict=dict(weights), quantization_config=how, device_map={"": device}
    )
    return network
