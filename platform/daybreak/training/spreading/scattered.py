"""Tensors whose parts lie in several processes: put together, taken apart, clipped as one."""

import math

import torch
from torch import Tensor, distributed, nn
from torch.distributed.tensor import DTensor, distribute_tensor

from daybreak.training.world import learned

SMALL = 1e-6
"""What torch adds to a norm before it divides by it; so clipping is the same as in one process."""


def whole(value: Tensor) -> Tensor:
    """All of a tensor, in every process; one that is not scattered is given back as it is."""
    return value.full_tensor() if isinstance(value, DTensor) else value


def part(value: Tensor, like: Tensor) -> Tensor:
    """A whole tensor scattered as `like` is."""
    if not isinstance(like, DTensor):
        return value
    # every process has the same values, so none has to be sent
    return distribute_tensor(value.to(like.device), like.device_mesh, like.placements, src_data_rank=None)


def clip(network: nn.Module, norm: float) -> float:
    """Clip the gradients to a norm that counts every part once; a gradient that all have whole counts once too."""
    gradients = [weight.grad for weight in learned(network) if weight.grad is not None]
    apart = [each.to_local() for each in gradients if isinstance(each, DTensor) and _lies_apart(each)]
    alike = [whole(each) for each in gradients if not _lies_apart(each)]
    squares = nn.utils.get_total_norm(apart).double().cpu() ** 2 if apart else torch.zeros((), dtype=torch.float64)
    distributed.all_reduce(squares)
    found = math.sqrt(float(squares) + float(nn.utils.get_total_norm(alike)) ** 2)
    if found > norm:
        torch._foreach_mul_([*apart, *alike], norm / (found + SMALL))
    return found


def _lies_apart(value: Tensor) -> bool:
    return isinstance(value, DTensor) and any(place.is_shard() for place in value.placements)
