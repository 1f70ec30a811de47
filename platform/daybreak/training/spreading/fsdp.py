"""Every process holds a share of each weight and of each batch: torch's fully_shard (FSDP2)."""

from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import Any, cast

import torch
from torch import Tensor, nn
from torch.distributed.device_mesh import init_device_mesh
from torch.distributed.fsdp import FSDPModule, fully_shard

from daybreak.training.spreading import scattered
from daybreak.training.spreading.group import Group, demand


class Sharded(Group):
    """Fully sharded data parallel (Zhao et al., 2023); weights come together a layer at a time, when it is their turn.

    accelerate 1.15 is not asked: on a processor its FSDP plugin hands back plain DDP, without a word.
    """

    def wrap(self, network: nn.Module) -> nn.Module:
        mesh = init_device_mesh(self.device.type, (self.processes,))
        for layer in layers(network):
            fully_shard(layer, mesh=mesh)
        fully_shard(network, mesh=mesh)
        demand(network, FSDPModule, "fsdp")
        self.apart()
        return network

    @contextmanager
    def quiet(self, network: nn.Module, *, last: bool) -> Iterator[None]:
        cast("FSDPModule", network).set_requires_gradient_sync(last)
        yield

    def whole(self, value: Tensor) -> Tensor:
        return scattered.whole(value)

    def part(self, value: Tensor, like: Tensor) -> Tensor:
        return scattered.part(value, like)

    def reading(self) -> AbstractContextManager[Any]:
        return torch.no_grad()  # what is gathered under inference_mode cannot be used for learning afterwards

    def clip(self, network: nn.Module, norm: float) -> float:
        return scattered.clip(network, norm)


def layers(network: nn.Module) -> list[nn.Module]:
    """The members of the outermost lists of like modules: the layers of a transformer."""
    found: list[nn.Module] = []
    for module in network.children():
        found += list(module) if isinstance(module, nn.ModuleList) else layers(module)
    return found
