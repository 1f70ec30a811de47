"""Two processes with the whole network each: DDP by its class, the curve of one process, exact resume."""

from typing import Any

import pytest

pytestmark = pytest.mark.xdist_group("pair")  # two processes are started once for all of these files


def test_the_network_is_wrapped_in_ddp(pair: dict[str, Any]) -> None:
    assert pair["ddp"]["wrapper"] == "DistributedDataParallel"


def test_the_curve_is_that_of_one_process_with_the_same_batches(pair: dict[str, Any], alone: dict[str, Any]) -> None:
    assert len(alone["losses"]) == 6
    assert pair["ddp"]["losses"] == pytest.approx(alone["losses"], abs=2e-6)
    assert pair["ddp"]["norms"] == pytest.approx(alone["norms"], rel=1e-5)
    assert pair["ddp"]["ratios"] == pytest.approx(alone["ratios"], rel=1e-4)
    assert pair["ddp"]["tokens"] == alone["tokens"]
    assert pair["ddp"]["weights"] == pytest.approx(alone["weights"], abs=1e-3)


def test_both_processes_measure_what_one_would(pair: dict[str, Any], alone: dict[str, Any]) -> None:
    assert pair["ddp"]["measured"] == pytest.approx(alone["measured"], abs=1e-6)
    assert pair["second"]["ddp"]["measured"] == pair["ddp"]["measured"]


def test_each_process_holds_every_weight(pair: dict[str, Any], alone: dict[str, Any]) -> None:
    assert pair["ddp"]["own"] == alone["own"]


def test_resumed_in_the_middle_it_ends_bit_by_bit_alike(pair: dict[str, Any]) -> None:
    assert pair["resumed ddp"] == {"apart": 0.0, "chances": 2}
