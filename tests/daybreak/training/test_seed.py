"""One seed for every source of chance."""

import random

import numpy as np
import pytest
import torch

from daybreak.training import seed


def _draws() -> tuple[float, float, float]:
    return random.random(), float(np.random.rand()), float(torch.rand(()))


def test_the_same_seed_gives_the_same_chance_everywhere() -> None:
    with seed.fixed(7, 1):
        first = _draws()
    with seed.fixed(7, 1):
        assert _draws() == first
    with seed.fixed(8, 1):
        assert all(other != one for other, one in zip(_draws(), first, strict=True))


def test_the_process_gets_its_settings_back() -> None:
    before = torch.get_num_threads(), torch.are_deterministic_algorithms_enabled()
    with pytest.raises(KeyError), seed.fixed(7, before[0] + 1):
        assert torch.get_num_threads() == before[0] + 1
        assert torch.are_deterministic_algorithms_enabled()
        raise KeyError
    assert (torch.get_num_threads(), torch.are_deterministic_algorithms_enabled()) == before


def test_a_seed_beyond_numpy_s_range_is_taken() -> None:
    with seed.fixed(2**40, 1):
        assert len(set(_draws())) == 3
