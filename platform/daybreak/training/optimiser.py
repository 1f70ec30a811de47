"""AdamW and the learning rate's course over a training."""

import math

import torch
from torch import nn

from daybreak.training.params import TrainingParams


def build(network: nn.Module, training: TrainingParams) -> torch.optim.AdamW:
    """AdamW (Loshchilov & Hutter, 2019) that decays matrices only: biases and norms have nothing to shrink."""
    weights = [weight for weight in network.parameters() if weight.requires_grad]
    kinds = dict.fromkeys((weight.ndim > 1, type(weight.data)) for weight in weights)  # a group is of one class only
    groups = [
        {
            "params": [weight for weight in weights if (weight.ndim > 1, type(weight.data)) == (decays, kind)],
            "weight_decay": training.weight_decay if decays else 0.0,
        }
        for decays, kind in sorted(kinds, key=lambda each: not each[0])
    ]
    return torch.optim.AdamW(groups, lr=training.learning_rate, fused=True)


def rate(step: int, steps: int, training: TrainingParams) -> float:
    """Share of the peak learning rate for step 0..steps-1: up in a line over `warmup` of the steps, then by `schedule`.

    `linear` falls in a line to 0, `cosine` along half a wave (Loshchilov & Hutter, 2017), `constant` stays.
    """
    rising = round(training.warmup * steps)
    if step < rising:
        return (step + 1) / rising
    left = (steps - step) / (steps - rising)
    if training.schedule == "cosine":
        return 0.5 * (1 - math.cos(math.pi * left))
    return left if training.schedule == "linear" else 1.0


def set_rate(optimiser: torch.optim.Optimizer, learning_rate: float) -> None:
    """Let the next step be taken at this learning rate."""
    for group in optimiser.param_groups:
        group["lr"] = learning_rate
