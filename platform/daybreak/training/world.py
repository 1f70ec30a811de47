"""The processes that take each step together; most trainings are alone in theirs."""

from contextlib import AbstractContextManager, nullcontext
from typing import Any, Protocol

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn


class World(Protocol):
    """Process `rank` of `processes` that take the same step; a batch is cut into `size` shares, an equal one for each.

    Every process must call the same of these in the same order, or all of them wait for ever.
    """

    rank: int
    processes: int
    size: int

    def wrap(self, network: nn.Module) -> nn.Module:
        """The network whose gradients are those of all processes."""
        ...

    def share(self, positions: NDArray[np.int64]) -> NDArray[np.int64]:
        """The part of a batch that is this process's, which may have no rows."""
        ...

    def total(self, *values: float) -> tuple[float, ...]:
        """Sums over all shares of a batch."""
        ...

    def parts(self, *values: float) -> tuple[float, ...]:
        """Sums over all processes of what each knows of its own parts of scattered weights."""
        ...

    def agree(self, flag: bool) -> bool:
        """Whether any process says so; no one goes on before all have answered."""
        ...

    def gather(self, rows: NDArray[np.float32]) -> NDArray[np.float32]:
        """The rows of all shares, on each process."""
        ...

    def each(self, tensors: dict[str, Tensor]) -> list[dict[str, Tensor]]:
        """What every process holds under the same names, by rank."""
        ...

    def whole(self, value: Tensor) -> Tensor:
        """A weight or a moment of it with all its parts, wherever they are kept."""
        ...

    def part(self, value: Tensor, like: Tensor) -> Tensor:
        """What this process keeps of a whole value: the reverse of `whole`, cut as `like` is."""
        ...

    def reading(self) -> AbstractContextManager[Any]:
        """Within it no gradient is needed."""
        ...

    def quiet(self, network: nn.Module, *, last: bool) -> AbstractContextManager[Any]:
        """Within it gradients are not yet exchanged, unless this is the last part of a step."""
        ...

    def clip(self, network: nn.Module, norm: float) -> float:
        """Clip the gradients of all processes together; returns their norm before."""
        ...


class Alone:
    """One process, which is all there is."""

    rank, processes, size = 0, 1, 1

    def wrap(self, network: nn.Module) -> nn.Module:
        return network

    def share(self, positions: NDArray[np.int64]) -> NDArray[np.int64]:
        return positions

    def total(self, *values: float) -> tuple[float, ...]:
        return values

    def parts(self, *values: float) -> tuple[float, ...]:
        return values

    def agree(self, flag: bool) -> bool:
        return flag

    def gather(self, rows: NDArray[np.float32]) -> NDArray[np.float32]:
        return rows

    def each(self, tensors: dict[str, Tensor]) -> list[dict[str, Tensor]]:
        return [tensors]

    def whole(self, value: Tensor) -> Tensor:
        return value

    def part(self, value: Tensor, like: Tensor) -> Tensor:
        return value

    def reading(self) -> AbstractContextManager[Any]:
        return torch.inference_mode()

    def quiet(self, network: nn.Module, *, last: bool) -> AbstractContextManager[Any]:
        return nullcontext()

    def clip(self, network: nn.Module, norm: float) -> float:
        return float(nn.utils.clip_grad_norm_(learned(network), norm))


def learned(network: nn.Module) -> list[nn.Parameter]:
    """The weights that a training changes."""
    return [weight for weight in network.parameters() if weight.requires_grad]
