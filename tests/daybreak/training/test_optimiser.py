"""What decays, and the learning rate's course."""

from itertools import pairwise
from typing import Literal

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from daybreak.training import optimiser
from daybreak.training.params import TrainingParams


def test_only_matrices_decay() -> None:
    network = torch.nn.Sequential(torch.nn.Embedding(5, 4), torch.nn.LayerNorm(4), torch.nn.Linear(4, 2))
    decayed, plain = optimiser.build(network, TrainingParams(weight_decay=0.3)).param_groups
    assert decayed["weight_decay"] == 0.3
    assert plain["weight_decay"] == 0.0
    assert [tuple(weight.shape) for weight in decayed["params"]] == [(5, 4), (2, 4)]
    assert all(weight.ndim == 1 for weight in plain["params"])


def test_rises_to_the_peak_and_falls_in_a_line() -> None:
    course = [optimiser.rate(step, 10, TrainingParams(warmup=0.2)) for step in range(10)]
    assert course[:3] == [0.5, 1.0, 1.0]
    assert course[-1] == pytest.approx(1 / 8)
    assert all(a - b == pytest.approx(1 / 8) for a, b in pairwise(course[2:]))


def test_a_cosine_falls_as_half_a_wave_and_a_constant_stays() -> None:
    waves = [optimiser.rate(step, 12, TrainingParams(warmup=0.0, schedule="cosine")) for step in range(12)]
    assert waves[0] == 1.0
    assert waves[6] == pytest.approx(0.5)
    assert waves[3] > 0.75
    assert waves == sorted(waves, reverse=True)
    flat = [optimiser.rate(step, 10, TrainingParams(warmup=0.2, schedule="constant")) for step in range(10)]
    assert flat == [0.5, *[1.0] * 9]


@given(st.integers(1, 500), st.floats(0, 0.99), st.sampled_from(["linear", "cosine", "constant"]))
def test_never_zero_and_never_above_the_peak(
    steps: int, warmup: float, schedule: Literal["linear", "cosine", "constant"]
) -> None:
    training = TrainingParams(warmup=warmup, schedule=schedule)
    course = [optimiser.rate(step, steps, training) for step in range(steps)]
    assert all(0 < rate <= 1 + 1e-9 for rate in course)


def test_sets_every_group() -> None:
    adam = optimiser.build(torch.nn.Linear(2, 2), TrainingParams())
    optimiser.set_rate(adam, 0.5)
    assert [group["lr"] for group in adam.param_groups] == [0.5, 0.5]
