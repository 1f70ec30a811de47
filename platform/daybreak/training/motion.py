"""How far one step moves the weights, as a share of their size."""

import math
from collections.abc import Sequence
from typing import Any, NamedTuple

import torch
from torch import Tensor, nn

from daybreak.training.world import World, learned

SAMPLED = 4096
"""Numbers looked at of each weight: enough for the norm's first digits, and less than a copy of the network."""


class Part(NamedTuple):
    """Some numbers of a weight, each of which stands for `times` as many; `apart` where others hold the rest of it."""

    values: Tensor
    times: float
    apart: bool


def sample(network: nn.Module) -> list[Part]:
    """An even sample of every learned weight, as it is now; of one that lies apart, of this process's part."""
    return [_sample(weight) for weight in learned(network)]


def ratio(before: Sequence[Part], after: Sequence[Part], world: World) -> float:
    """The norm of what was added over the norm of what was there; about 1e-3 is usual for AdamW.

    Parts are summed over all processes, and what every process holds whole counts once: the ratio of one process.
    """
    pairs = list(zip(before, after, strict=True))
    sums = []
    for apart in (False, True):
        mine = [(old, new) for old, new in pairs if old.apart is apart]
        sums.append(sum(old.times * _square(new.values - old.values) for old, new in mine))
        sums.append(sum(old.times * _square(old.values) for old, _ in mine))
    moved, whole = world.parts(*sums[2:])
    return math.sqrt((sums[0] + moved) / max(sums[1] + whole, 1e-30))


def _square(values: Tensor) -> float:
    return float(values.double().square().sum())


def _sample(weight: Any) -> Part:
    with torch.no_grad():
        own = weight.to_local() if hasattr(weight, "to_local") else weight.detach()
        stride = max(1, own.numel() // SAMPLED) | 1  # odd, or one column of a matrix would stand for all
        values = own.reshape(-1)[::stride].clone()
    apart = any(place.is_shard() for place in getattr(weight, "placements", ()))
    return Part(values, own.numel() / max(1, values.numel()), apart)
