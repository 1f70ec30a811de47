"""What a training computes on: the processor or a GPU, and in which precision."""

from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from typing import Any

import torch

from daybreak.errors import ParamsError
from daybreak.recipes.base import Batch
from daybreak.training import machine
from daybreak.training.params import TrainingParams

HALVES = {"bf16": torch.bfloat16, "fp16": torch.float16}


@dataclass(frozen=True)
class Device:
    """`half` is what matrices are multiplied in, None for fp32; weights and optimiser stay in fp32."""

    torch_device: torch.device
    half: torch.dtype | None = None

    def autocast(self) -> AbstractContextManager[Any]:
        """The precision of a forward pass."""
        if self.half is None:
            return nullcontext()
        return torch.autocast(self.torch_device.type, self.half)

    def scaler(self) -> Any:
        """Keeps fp16's gradients from vanishing; does nothing in any other precision."""
        return torch.amp.GradScaler(self.torch_device.type, enabled=self.half is torch.float16)

    def place(self, batch: Batch) -> Batch:
        """The batch where the network is."""
        if self.torch_device.type == "cpu":
            return batch
        ids, mask, targets = (part.to(self.torch_device, non_blocking=True) for part in batch[:3])
        return Batch(ids, mask, targets, batch.tokens)


CPU = Device(torch.device("cpu"))


def choose(training: TrainingParams, local_rank: int = 0) -> Device:
    """The device that `training` names; ParamsError for a GPU that is not there and a precision it does not have."""
    found = torch.cuda.is_available()
    if training.device == "cuda" and not found:
        raise machine.no_gpu()
    place = torch.device("cuda", local_rank) if found and training.device != "cpu" else torch.device("cpu")
    half = HALVES.get(training.precision)
    if half is torch.bfloat16 and place.type == "cuda" and not torch.cuda.is_bf16_supported():
        raise ParamsError("training.precision is bf16, which this GPU lacks", "fp16 or fp32", "Change it")
    return Device(place, half)
