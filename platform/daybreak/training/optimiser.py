"""AdamW and the learning rate's course over a training."""

import torch
from torch import nn

from daybreak.training.params import TrainingParams


def build(network: nn.Module, training: TrainingParams) -> torch.optim.AdamW:
    """AdamW (Loshchilov & Hutter, 2019) that decays matrices only: biases and norms have nothing to shrink."""
    weights = [weight for weight in network.parameters() if weight.requires_grad]
    groups = [
        {"params": [weight for weight in weights if weight.ndim > 1], "weight_decay": training.weight_decay},
        {"params": [weight for weight in weights if weight.ndim <= 1], "weight_decay": 0.0},
    ]
    return torch.optim.AdamW(groups, lr=training.learning_rate, fused=True)


def rate(step: int, steps: int, warmup: float) -> float:
    """Share of the peak learning rate for step 0..steps-1: up in a line over `warmup` of the steps, then down to 0."""
    rising = round(warmup * steps)
    return (step + 1) / rising if step < rising else (steps - step) / (steps - rising)


def set_rate(optimiser: torch.optim.Optimizer, learning_rate: float) -> None:
    """Let the next step be taken at this learning rate."""
    for group in optimiser.param_groups:
        group["lr"] = learning_rate
