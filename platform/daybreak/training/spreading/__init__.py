"""Ways to spread one training over several processes, one file each; `join` makes this process one of them."""

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import torch
from torch import distributed

from daybreak.training import devices
from daybreak.training.params import TrainingParams
from daybreak.training.world import World

PATIENCE = timedelta(minutes=30)
"""For so long a process waits for the others at one step, evaluation by one of them included."""


def join(training: TrainingParams, rank: int, meeting: Path) -> World:
    """Process `rank` of `training.processes`, which meet by way of a file that none of them has made before.

    Returns when all are there. What is asked for is what is had, or StepFailed says what came instead.
    """
    device = devices.choose(training, rank).torch_device
    backend = "gloo"
    if device.type == "cuda":
        torch.cuda.set_device(device)
        backend = "cpu:gloo,cuda:nccl"
    distributed.init_process_group(
        backend,
        init_method=f"file://{meeting}",
        rank=rank,
        world_size=training.processes,
        timeout=PATIENCE,
    )
    return world(training.spread, device)


def world(kind: str, device: torch.device) -> World:
    """A world over the processes that this one has joined."""
    from daybreak.training.spreading import ddp, fsdp, tensor

    kinds: dict[str, Callable[[torch.device], World]] = {
        "ddp": ddp.Replicated,
        "fsdp": fsdp.Sharded,
        "tensor": tensor.Split,
    }
    return kinds[kind](device)


def leave() -> None:
    """Part from the other processes; whoever did not join may call it too."""
    if distributed.is_initialized():
        distributed.destroy_process_group()
