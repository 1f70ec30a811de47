"""One process is a world of its own: everything is its share, and nothing is sent."""

import numpy as np
import pytest
import torch

from daybreak.training.world import Alone, learned


def test_everything_is_the_share_of_one_that_is_alone() -> None:
    world, network = Alone(), torch.nn.Linear(2, 1)
    assert world.wrap(network) is network
    assert world.share(np.arange(3)).tolist() == [0, 1, 2]
    assert world.total(1.5, 2.0) == world.parts(1.5, 2.0) == (1.5, 2.0)
    assert [world.agree(flag) for flag in (True, False)] == [True, False]
    assert world.each({"a": network.weight}) == [{"a": network.weight}]
    assert world.whole(network.weight) is world.part(network.weight, network.weight) is network.weight
    rows = np.ones((2, 2), dtype=np.float32)
    assert world.gather(rows) is rows


def test_reading_needs_no_gradient() -> None:
    with Alone().reading():
        assert not torch.nn.Linear(2, 1)(torch.ones(2)).requires_grad


def test_clipping_gives_the_norm_before_it() -> None:
    network = torch.nn.Linear(2, 1, bias=False)
    network.weight.grad = torch.tensor([[3.0, 4.0]])
    assert Alone().clip(network, 1.0) == pytest.approx(5.0)
    assert float(network.weight.grad.norm()) == pytest.approx(1.0, abs=1e-5)


def test_what_is_frozen_is_not_learned() -> None:
    network = torch.nn.Linear(2, 1)
    network.bias.requires_grad = False
    assert learned(network) == [network.weight]
