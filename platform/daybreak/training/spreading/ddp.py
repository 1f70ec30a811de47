"""Every process holds the whole network and a share of each batch; accelerate's DDP averages the gradients."""

from contextlib import AbstractContextManager, nullcontext
from typing import Any, cast

from torch import nn
from torch.nn.parallel import DistributedDataParallel

from daybreak.training.spreading.group import Group, demand


class Replicated(Group):
    """Distributed data parallel (Li et al., 2020)."""

    def wrap(self, network: nn.Module) -> nn.Module:
        from accelerate import Accelerator
        from accelerate.utils import DistributedDataParallelKwargs

        # buffers hold positions, not statistics: there is nothing to send around before each step
        handler = DistributedDataParallelKwargs(broadcast_buffers=False, gradient_as_bucket_view=True)
        accelerator = Accelerator(cpu=self.device.type == "cpu", mixed_precision="no", kwargs_handlers=[handler])
        wrapped: nn.Module = accelerator.prepare_model(network)
        demand(wrapped, DistributedDataParallel, "ddp")
        self.apart()
        return wrapped

    def quiet(self, network: nn.Module, *, last: bool) -> AbstractContextManager[Any]:
        return nullcontext() if last else cast("DistributedDataParallel", network).no_sync()
