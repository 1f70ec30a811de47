"""The update-to-weight ratio is what it says, on weights small enough to be read whole and on larger ones nearly."""

import pytest
import torch
from torch import nn

from daybreak.training import motion
from daybreak.training.world import Alone


def whole(before: nn.Module, after: nn.Module) -> float:
    pairs = zip(before.parameters(), after.parameters(), strict=True)
    moved = sum(float((new - old).detach().square().sum()) for old, new in pairs)
    return float((moved / sum(float(old.detach().square().sum()) for old in before.parameters())) ** 0.5)


def moved(sizes: tuple[int, int], share: float) -> tuple[nn.Module, nn.Module]:
    torch.manual_seed(1)
    before, after = nn.Linear(*sizes), nn.Linear(*sizes)
    with torch.no_grad():
        for old, new in zip(before.parameters(), after.parameters(), strict=True):
            new.copy_(old + share * torch.randn_like(old) * old.std())
    return before, after


@pytest.mark.parametrize(("sizes", "tolerance"), [((7, 5), 1e-6), ((300, 400), 0.05)])
def test_the_ratio_is_that_of_the_norms(sizes: tuple[int, int], tolerance: float) -> None:
    before, after = moved(sizes, 0.01)
    found = motion.ratio(motion.sample(before), motion.sample(after), Alone())
    assert found == pytest.approx(whole(before, after), rel=tolerance)


def test_a_sample_is_a_copy_and_bounded() -> None:
    network = nn.Linear(1000, 1000)
    sampled = motion.sample(network)
    assert all(len(each.values) <= 2 * motion.SAMPLED for each in sampled)
    with torch.no_grad():
        network.weight.zero_()
    assert sampled[0].values.abs().sum() > 0
    assert len(sampled[0].values) * sampled[0].times == pytest.approx(1000 * 1000)


def test_only_what_is_learned_counts() -> None:
    network = nn.Linear(3, 3)
    network.weight.requires_grad_(requires_grad=False)
    assert [len(each.values) for each in motion.sample(network)] == [3]


def test_weights_of_zero_are_no_division_by_zero() -> None:
    zeros = [motion.Part(torch.zeros(3), 1.0, apart=False)]
    assert motion.ratio(zeros, zeros, Alone()) == 0.0


def test_a_large_weight_counts_for_its_size_and_not_for_what_was_looked_at() -> None:
    """Of both as many numbers are looked at; the large one is moved by a tenth, the small one not at all."""
    large, small = torch.ones(100 * motion.SAMPLED), torch.ones(motion.SAMPLED)
    before, after = nn.ParameterList([large, small]), nn.ParameterList([1.1 * large, small])
    found = motion.ratio(motion.sample(before), motion.sample(after), Alone())
    assert found == pytest.approx(0.1 * (100 / 101) ** 0.5, rel=1e-3)


def test_what_others_hold_is_asked_of_them_and_what_all_hold_counts_once() -> None:
    class Two(Alone):
        """The other process holds as much, and moved it as far."""

        def parts(self, *values: float) -> tuple[float, ...]:
            return tuple(2 * value for value in values)

    def part(size: float, *, apart: bool) -> motion.Part:
        return motion.Part(torch.full((4,), size), 1.0, apart=apart)

    before, after = [part(1.0, apart=True), part(1.0, apart=False)], [part(1.5, apart=True), part(1.0, apart=False)]
    assert motion.ratio(before, after, Two()) == pytest.approx((8 * 0.25 / 12) ** 0.5)
