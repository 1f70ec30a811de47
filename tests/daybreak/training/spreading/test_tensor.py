"""Two processes with half of each layer's matrices: the curve of one process, and what cannot be split."""

from typing import Any

import pairing
import pytest
from torch import nn

from daybreak.errors import ParamsError
from daybreak.training.spreading import tensor

pytestmark = pytest.mark.xdist_group("pair")


def test_matrices_are_split_and_the_rest_is_held_by_both(pair: dict[str, Any], alone: dict[str, Any]) -> None:
    network = pairing.network()
    split = [layer.get_submodule(name).weight for layer in tensor.layers(network) for name in tensor.plan(layer)]
    assert len(split) == 12
    halves = sum(weight.numel() for weight in split) / 2
    assert pair["tensor"]["own"] == pytest.approx(alone["own"] - halves, rel=0.03)  # biases of columns are halved too


def test_the_curve_is_that_of_one_process(pair: dict[str, Any], alone: dict[str, Any]) -> None:
    assert pair["tensor"]["losses"] == pytest.approx(alone["losses"], abs=2e-6)
    assert pair["tensor"]["norms"] == pytest.approx(alone["norms"], rel=1e-5)
    assert pair["tensor"]["weights"] == pytest.approx(alone["weights"], abs=1e-3)
    assert pair["tensor"]["ratios"] == pytest.approx(alone["ratios"], rel=1e-4)
    assert pair["tensor"]["tokens"] == alone["tokens"]


def test_resumed_in_the_middle_it_ends_bit_by_bit_alike(pair: dict[str, Any]) -> None:
    assert pair["resumed tensor"] == {"apart": 0.0, "chances": 2}


def test_heads_that_cannot_be_shared_out_are_named() -> None:
    with pytest.raises(ParamsError, match=r"processes is 3, and bert has 2 attention heads.*Lower"):
        tensor.demand_split(pairing.network(), 3)


def test_layers_of_other_names_are_refused() -> None:
    class Odd(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.layers = nn.ModuleList([nn.Sequential(nn.Linear(4, 4), nn.ReLU())])

    with pytest.raises(ParamsError, match=r"layers of Odd have names that it does not know.*fsdp"):
        tensor.demand_split(Odd(), 2)
    with pytest.raises(ParamsError, match="names that it does not know"):
        tensor.demand_split(nn.Linear(4, 4), 2)
