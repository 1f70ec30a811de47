"""Which token comes next."""

import numpy as np
import pytest

from daybreak.inference.choosing import Sampling, choose

LOGITS = np.log(np.array([0.5, 0.3, 0.15, 0.05], dtype=np.float32))


def drawn(sampling: Sampling, times: int = 4000) -> list[float]:
    draw = np.random.default_rng(5)
    found = [choose(LOGITS, sampling, draw) for _ in range(times)]
    return [found.count(token) / times for token in range(4)]


def test_cold_is_the_likeliest() -> None:
    assert choose(LOGITS, Sampling(), None) == 0
    assert choose(LOGITS, Sampling(temperature=0.0), np.random.default_rng(1)) == 0


def test_tokens_are_drawn_as_often_as_they_are_likely() -> None:
    assert drawn(Sampling(temperature=1.0)) == pytest.approx([0.5, 0.3, 0.15, 0.05], abs=0.03)


def test_only_the_likeliest_mass_is_drawn_from() -> None:
    assert drawn(Sampling(temperature=1.0, top_p=0.8)) == pytest.approx([0.625, 0.375, 0, 0], abs=0.03)
    assert drawn(Sampling(temperature=1.0, top_p=0.01))[0] == 1


def test_heat_evens_out() -> None:
    assert drawn(Sampling(temperature=50.0)) == pytest.approx([0.25] * 4, abs=0.03)
