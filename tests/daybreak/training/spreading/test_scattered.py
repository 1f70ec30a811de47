"""Tensors that lie in one process alone, and in a group of one: whole, apart, clipped as torch clips."""

from collections.abc import Iterator
from pathlib import Path

import pytest
import torch
from torch import distributed, nn
from torch.distributed.device_mesh import DeviceMesh, init_device_mesh
from torch.distributed.tensor import DTensor, Replicate, Shard, distribute_tensor

from daybreak.training.spreading import scattered


@pytest.fixture
def mesh(tmp_path: Path) -> Iterator[DeviceMesh]:
    distributed.init_process_group("gloo", init_method=f"file://{tmp_path}/meeting", rank=0, world_size=1)
    yield init_device_mesh("cpu", (1,))
    distributed.destroy_process_group()


def test_a_plain_tensor_is_left_as_it_is() -> None:
    value = torch.arange(4.0)
    assert scattered.whole(value) is value
    assert scattered.part(value, torch.zeros(4)) is value


def test_apart_and_together_again(mesh: DeviceMesh) -> None:
    value = torch.arange(12.0).reshape(4, 3)
    like = distribute_tensor(torch.zeros(4, 3), mesh, [Shard(0)])
    apart = scattered.part(value, like)
    assert isinstance(apart, DTensor)
    assert apart.placements == like.placements
    assert torch.equal(scattered.whole(apart), value)


@pytest.mark.parametrize("norm", [1.0, 100.0])
def test_clips_as_torch_does(mesh: DeviceMesh, norm: float) -> None:
    gradients = [torch.arange(6.0).reshape(3, 2), torch.ones(3), torch.full((2, 2), 2.0)]
    places = [[Shard(0)], None, [Replicate()]]
    ours, theirs = nn.Module(), nn.Module()
    for number, (gradient, place) in enumerate(zip(gradients, places, strict=True)):
        for module, spread in ((ours, place), (theirs, None)):
            made = [distribute_tensor(each, mesh, spread) if spread else each.clone() for each in (gradient, gradient)]
            weight = nn.Parameter(made[0])
            weight.grad = made[1]
            module.register_parameter(f"w{number}", weight)
    expected = float(nn.utils.clip_grad_norm_(theirs.parameters(), norm))
    assert scattered.clip(ours, norm) == pytest.approx(expected)
    for mine, other in zip(ours.parameters(), theirs.parameters(), strict=True):
        assert torch.allclose(scattered.whole(mine.grad), other.grad)
