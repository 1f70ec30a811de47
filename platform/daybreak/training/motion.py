"""How far one step moves the weights, as a share of their size."""

import math
from collections.abc import Sequence

import torch
from torch import Tensor, nn

from daybreak.training.world import World, learned

SAMPLED = 4096
"""Numbers looked at of each weight: enough for the norm's first digits, and less than a copy of the network."""


def sample(network: nn.Module) -> list[Tensor]:
    """An even sample of every learned weight, as it is now."""
    return [_sample(weight) for weight in learned(network)]


def ratio(before: Sequence[Tensor], after: Sequence[Tensor], world: World) -> float:
    """The norm of what was added over the norm of what was there; about 1e-3 is usual for AdamW."""
    pairs = zip(before, after, strict=True)
    moved = sum(float((new - old).double().square().sum()) for old, new in pairs)
    moved, whole = world.total(moved, sum(float(old.double().square().sum()) for old in before))
    return math.sqrt(moved / max(whole, 1e-30))


def _sample(weight: Tensor) -> Tensor:
    """Of a weight that is scattered over processes, this one's part."""
    with torch.no_grad():
        own = weight.to_local() if hasattr(weight, "to_local") else weight.detach()
        stride = max(1, own.numel() // SAMPLED) | 1  # odd, or one column of a matrix would stand for all
        return own.reshape(-1)[::stride].clone()
