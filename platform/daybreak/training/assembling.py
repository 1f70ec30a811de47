"""The network as it is trained: built by its recipe over a base, then adapted, frozen and placed as params say."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from torch import nn

from daybreak.errors import ParamsError
from daybreak.recipes.base import Recipe
from daybreak.recipes.encoders import folder as folders
from daybreak.training.bases import adapters
from daybreak.training.bases.pretrained import Base
from daybreak.training.devices import Device
from daybreak.training.feeding import packing
from daybreak.training.params import TrainingParams


def build(recipe: Recipe, base: Base, labels: Sequence[str], training: TrainingParams, device: Device) -> nn.Module:
    """The network on its device; its own weights come from torch's seed. ParamsError for names that match no weight."""
    demand(recipe, training, device)
    adapter = training.adapter
    body: Any = base.network(training.dropout, adapter.bits, device.torch_device)
    network = recipe.build(body, labels, training.dropout)
    _go_on(network, base, recipe, labels)
    if training.gradient_checkpointing:
        _save_memory(body)
    if adapter.kind == "lora":
        adapters.add(body, adapter, base.kind)
    _freeze(network, training.frozen)
    for part in (network,) if adapter.bits >= 16 else network.children():
        part.to(device.torch_device)
    if training.packing:
        packing.check(network, recipe, base.config.vocab_size, device)
    if training.compile:
        network.compile(dynamic=True)  # batches are of many lengths
    return network


def demand(recipe: Recipe, training: TrainingParams, device: Device) -> None:
    """ParamsError for what this kind of problem, or this machine, cannot do."""
    adapters.demand(training.adapter, device.torch_device)
    if training.packing and recipe.BASE != "decoder":
        found = "training.packing is on, and this recipe reads each row as a whole"
        raise ParamsError(found, "a recipe over a causal language model", "Set training.packing to false")
    if training.class_weights != "none" and recipe.BASE == "decoder":
        found = f"training.class_weights is {training.class_weights}, and this recipe has no classes"
        raise ParamsError(found, "none", "Set training.class_weights to none")


def finish(
    recipe: Recipe, base: Base, network: nn.Module, *, labels: Sequence[str], training: TrainingParams, folder: Path
) -> nn.Module:
    """The network as it is kept: adapters merged into fp32 weights, and beside that written to `folder/adapter`."""
    adapter = training.adapter
    if adapter.kind == "none":
        return network
    adapters.keep(network, adapter, base.kind, base.ref.source, folder / adapters.FOLDER)
    if adapter.bits == 32 or base.weights is None:
        return adapters.merge(network.float())
    learned = {
        name: weight.detach().float().cpu() for name, weight in network.named_parameters() if weight.requires_grad
    }
    whole = recipe.build(body := base.network(0.0), labels, 0.0)
    _go_on(whole, base, recipe, labels)
    adapters.add(body, adapter, base.kind)
    whole.load_state_dict(learned, strict=False)
    return adapters.merge(whole)


def _save_memory(body: Any) -> None:
    """What a layer computed is forgotten, and computed again when its gradients are due (Chen et al., 2016)."""
    if not getattr(body, "supports_gradient_checkpointing", False):
        found = f"training.gradient_checkpointing is on, which {type(body).__name__} cannot do"
        raise ParamsError(found, "false for this base", "Set training.gradient_checkpointing to false")
    body.activation_checkpointing_enable({"use_reentrant": False})


def _go_on(network: nn.Module, base: Base, recipe: Recipe, labels: Sequence[str]) -> None:
    """Where the base was trained by this very recipe for these labels, its head is taken over as well."""
    learned = base.learned
    name = getattr(recipe, "__name__", "").rpartition(".")[2]
    if learned and (learned.recipe, learned.labels) == (name, tuple(labels)):
        folders.fill(network, learned.weights)


def _freeze(network: nn.Module, starts: tuple[str, ...]) -> None:
    weights = dict(network.named_parameters())
    for start in starts:
        found = [weight for name, weight in weights.items() if name.startswith(start)]
        if not found:
            names = ", ".join(sorted({".".join(name.split(".")[:2]) for name in weights})[:8])
            raise ParamsError(f"training.frozen names {start!r}, which no weight begins with", f"such as {names}")
        for weight in found:
            weight.requires_grad = False
    if weights and not any(weight.requires_grad for weight in weights.values()):
        raise ParamsError("training.frozen freezes every weight", "something to learn", "Shorten training.frozen")
