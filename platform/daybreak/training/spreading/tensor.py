"""Every process holds some columns and rows of each layer's matrices, and sees whole batches: tensor parallelism."""

from contextlib import AbstractContextManager, nullcontext
from typing import Any

import torch
from torch import Tensor, nn

from daybreak.errors import ParamsError
from daybreak.training.spreading import scattered
from daybreak.training.spreading.fsdp import layers
from daybreak.training.spreading.group import Group, demand

BERT_LIKE = ("query", "key", "value", "q_lin", "k_lin", "v_lin", "intermediate.dense", "lin1", "fc1")
LLAMA_LIKE = ("q_proj", "k_proj", "v_proj", "gate_proj", "up_proj")
COLUMNS = (*BERT_LIKE, *LLAMA_LIKE)
"""Linear layers that read what all processes have and give a part each, by the end of their names."""
ROWS = ("output.dense", "o_proj", "out_lin", "out_proj", "down_proj", "lin2", "fc2")
"""Those that read such parts and add up what they give."""


class Split(Group):
    """Tensor parallelism (Shoeybi et al., 2019) by torch's parallelize_module.

    accelerate 1.15 leaves the splitting to transformers' `from_pretrained`, which knows no network of a recipe's.
    """

    def __init__(self, device: torch.device) -> None:
        super().__init__(device)
        self.size = 1

    def wrap(self, network: nn.Module) -> nn.Module:
        from torch.distributed.device_mesh import init_device_mesh
        from torch.distributed.tensor import DTensor
        from torch.distributed.tensor.parallel import parallelize_module

        demand_split(network, self.processes)
        mesh = init_device_mesh(self.device.type, (self.processes,))
        for layer in layers(network):
            parallelize_module(layer, mesh, plan(layer))
        kinds = {type(weight.data) for weight in network.parameters()}
        if DTensor not in kinds:
            demand(network, DTensor, "tensor")
        return network

    def quiet(self, network: nn.Module, *, last: bool) -> AbstractContextManager[Any]:
        return nullcontext()

    def whole(self, value: Tensor) -> Tensor:
        return scattered.whole(value)

    def part(self, value: Tensor, like: Tensor) -> Tensor:
        return scattered.part(value, like)

    def reading(self) -> AbstractContextManager[Any]:
        return torch.no_grad()

    def clip(self, network: nn.Module, norm: float) -> float:
        return scattered.clip(network, norm)


def plan(layer: nn.Module) -> dict[str, Any]:
    """How each linear layer of a transformer's layer is split, by name."""
    from torch.distributed.tensor.parallel import ColwiseParallel, RowwiseParallel

    linear = [name for name, module in layer.named_modules() if type(module) is nn.Linear]
    columns = {name: ColwiseParallel() for name in linear if name.endswith(COLUMNS)}
    return columns | {name: RowwiseParallel() for name in linear if name.endswith(ROWS) and name not in columns}


def demand_split(network: nn.Module, processes: int) -> None:
    """ParamsError for a network whose layers or heads cannot be shared out over so many processes."""
    config: Any = next((module.config for module in network.modules() if hasattr(module, "config")), None)
    kind = getattr(config, "model_type", type(network).__name__)
    if not layers(network) or not all(len(set(map(type, plan(layer).values()))) == 2 for layer in layers(network)):
        found = f"training.spread is tensor, and the layers of {kind} have names that it does not know"
        raise ParamsError(found, "a model such as bert or llama", "Set training.spread to fsdp")
    heads = [getattr(config, name, None) for name in ("num_attention_heads", "num_key_value_heads")]
    if odd := next((count for count in heads if count and count % processes), None):
        found = f"training.processes is {processes}, and {kind} has {odd} attention heads"
        raise ParamsError(found, "a number that divides them", "Lower training.processes")
