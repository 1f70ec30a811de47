"""Two processes with half of each weight: FSDP2 by its class, the curve of one process, every precision."""

from typing import Any

import pytest
from torch import nn

from daybreak.training.spreading import fsdp

pytestmark = pytest.mark.xdist_group("pair")


def test_network_and_layers_are_fully_sharded(pair: dict[str, Any]) -> None:
    assert pair["fsdp"]["wrapper"].startswith("FSDP")
    assert "FSDPBertLayer" in pair["fsdp"]["layers"]


def test_each_process_holds_half(pair: dict[str, Any], alone: dict[str, Any]) -> None:
    assert pair["fsdp"]["own"] + pair["second"]["fsdp"]["own"] == alone["own"]
    assert pair["fsdp"]["own"] == pytest.approx(alone["own"] / 2, rel=0.05)


def test_the_curve_is_that_of_one_process_with_the_same_batches(pair: dict[str, Any], alone: dict[str, Any]) -> None:
    assert pair["fsdp"]["losses"] == pytest.approx(alone["losses"], abs=2e-6)
    assert pair["fsdp"]["norms"] == pytest.approx(alone["norms"], rel=1e-5)
    assert pair["fsdp"]["ratios"] == pytest.approx(alone["ratios"], rel=0.01)  # positions are sampled, by each its own
    assert pair["fsdp"]["measured"] == pytest.approx(alone["measured"], abs=1e-6)


def test_what_it_leaves_is_the_whole_network(pair: dict[str, Any], alone: dict[str, Any]) -> None:
    assert pair["fsdp"]["weights"] == pytest.approx(alone["weights"], abs=1e-3)


def test_bf16_follows_the_same_curve_by_and_large(pair: dict[str, Any], alone: dict[str, Any]) -> None:
    assert pair["bf16 fsdp"]["losses"] == pytest.approx(alone["losses"], abs=0.02)
    assert pair["bf16 fsdp"]["losses"] != alone["losses"]


def test_fp16_skips_the_steps_that_one_process_skips(pair: dict[str, Any], alone_in_fp16: dict[str, Any]) -> None:
    assert pair["fp16 fsdp"]["losses"] == pytest.approx(alone_in_fp16["losses"], abs=0.02)


def test_resumed_in_the_middle_it_ends_bit_by_bit_alike(pair: dict[str, Any]) -> None:
    assert pair["resumed fsdp"] == {"apart": 0.0, "chances": 2}


def test_layers_are_found_wherever_they_stand() -> None:
    inner = nn.ModuleList([nn.Linear(2, 2), nn.Linear(2, 2)])
    network = nn.Sequential(nn.Embedding(3, 2), nn.ModuleDict({"encoder": inner}))
    assert fsdp.layers(network) == list(inner)
    assert fsdp.layers(nn.Linear(2, 2)) == []
