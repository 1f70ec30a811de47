"""What all spread trainings share: sums, votes and gatherings over the processes of torch's default group."""

from contextlib import AbstractContextManager
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, distributed, nn

from daybreak.errors import StepFailed
from daybreak.training.world import learned


class Group:
    """A world over the group that this process has joined; kinds of it say what becomes of the network.

    Numbers travel as float64 on the processor, so a sum does not hang on the precision of the training.
    """

    def __init__(self, device: torch.device) -> None:
        self.device = device
        self.rank, self.processes = distributed.get_rank(), distributed.get_world_size()
        self.size = self.processes

    def share(self, positions: NDArray[np.int64]) -> NDArray[np.int64]:
        """Every so manieth row: a batch is sorted by length, so all shares are about as long."""
        return positions[self.rank % self.size :: self.size]

    def total(self, *values: float) -> tuple[float, ...]:
        return values if self.size == 1 else self.parts(*values)

    def parts(self, *values: float) -> tuple[float, ...]:
        summed = torch.tensor(values, dtype=torch.float64)
        distributed.all_reduce(summed)
        return tuple(summed.tolist())

    def agree(self, flag: bool) -> bool:
        votes = torch.tensor(float(flag))
        distributed.all_reduce(votes)
        return bool(votes)

    def gather(self, rows: NDArray[np.float32]) -> NDArray[np.float32]:
        return rows if self.size == 1 else np.concatenate(self._each(rows))

    def each(self, tensors: dict[str, Tensor]) -> list[dict[str, Tensor]]:
        return self._each(tensors)

    def whole(self, value: Tensor) -> Tensor:
        return value

    def part(self, value: Tensor, like: Tensor) -> Tensor:
        return value

    def reading(self) -> AbstractContextManager[Any]:
        return torch.inference_mode()

    def clip(self, network: nn.Module, norm: float) -> float:
        return float(nn.utils.clip_grad_norm_(learned(network), norm))

    def _each(self, value: Any) -> list[Any]:
        found: list[Any] = [None] * self.processes
        distributed.all_gather_object(found, value)
        return found

    def apart(self) -> None:
        """From here on each process has a chance of its own, so that each drops other units."""
        if self.rank:
            torch.manual_seed(torch.initial_seed() + self.rank)


def demand(network: nn.Module, kind: type, asked: str) -> None:
    """StepFailed where the network is not of the kind that was asked for: a wrong one trains on, silently."""
    if not isinstance(network, kind):
        found = f"train: training.spread is {asked}, and the network became {type(network).__name__}"
        raise StepFailed(found, kind.__name__, "Report this, with the versions of torch and accelerate")
