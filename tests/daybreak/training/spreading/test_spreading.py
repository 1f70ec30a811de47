"""A process joins others by way of a file, becomes the kind of world that was asked for, and parts from them."""

from pathlib import Path

import pytest
import torch
from torch import distributed

from daybreak.training import spreading
from daybreak.training.spreading import ddp, fsdp, tensor


@pytest.mark.parametrize(("kind", "world"), [("ddp", ddp.Replicated), ("fsdp", fsdp.Sharded), ("tensor", tensor.Split)])
def test_joined_it_is_the_world_that_was_asked_for(kind: str, world: type, tmp_path: Path) -> None:
    distributed.init_process_group("gloo", init_method=f"file://{tmp_path}/meeting", rank=0, world_size=1)
    try:
        found = spreading.world(kind, torch.device("cpu"))
        assert type(found) is world
        assert (found.rank, found.processes, found.size) == (0, 1, 1)
    finally:
        spreading.leave()
    assert not distributed.is_initialized()


def test_whoever_did_not_join_may_leave() -> None:
    spreading.leave()
