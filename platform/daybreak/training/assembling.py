"""The network as it is trained: built by its recipe over a base, then frozen, adapted and placed as params say."""

from collections.abc import Sequence

from torch import nn

from daybreak.errors import ParamsError
from daybreak.recipes.base import Recipe
from daybreak.training.devices import Device
from daybreak.training.params import TrainingParams
from daybreak.training.pretrained import Base


def build(recipe: Recipe, base: Base, labels: Sequence[str], training: TrainingParams, device: Device) -> nn.Module:
    """The network on its device; its own weights come from torch's seed. ParamsError for names that match no weight."""
    network = recipe.build(base.network(training.dropout), labels, training.dropout)
    _freeze(network, training.frozen)
    return network.to(device.torch_device)


def _freeze(network: nn.Module, starts: tuple[str, ...]) -> None:
    weights = dict(network.named_parameters())
    for start in starts:
        found = [weight for name, weight in weights.items() if name.startswith(start)]
        if not found:
            names = ", ".join(sorted({".".join(name.split(".")[:2]) for name in weights})[:8])
            raise ParamsError(f"training.frozen names {start!r}, which no weight begins with", f"such as {names}")
        for weight in found:
            weight.requires_grad_(requires_grad=False)
    if weights and not any(weight.requires_grad for weight in weights.values()):
        raise ParamsError("training.frozen freezes every weight", "something to learn", "Shorten training.frozen")
