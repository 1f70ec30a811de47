"""Sums, votes and gatherings over two processes; a network of the wrong class is refused."""

from typing import Any

import numpy as np
import pytest
from torch import nn

from daybreak.errors import StepFailed
from daybreak.training.spreading import group

pytestmark = pytest.mark.xdist_group("pair")


def test_values_are_summed_and_one_vote_is_enough(pair: dict[str, Any]) -> None:
    assert pair["sums"] == pair["second"]["sums"] == [2.0, 1.0]
    assert pair["votes"] == pair["second"]["votes"] == [False, True]


def test_rows_of_both_are_gathered_by_rank(pair: dict[str, Any]) -> None:
    assert pair["gathered"] == pair["second"]["gathered"] == [[0.0, 0.0], [1.0, 1.0], [1.0, 1.0]]


def test_shares_cover_a_batch_once(pair: dict[str, Any]) -> None:
    shares = pair["shares"], pair["second"]["shares"]
    assert sorted(np.concatenate(shares).tolist()) == [0, 1, 2, 3, 4]
    assert [len(share) for share in shares] == [3, 2]


def test_another_wrapper_than_was_asked_for_is_an_error() -> None:
    group.demand(nn.Linear(1, 1), nn.Linear, "fsdp")
    with pytest.raises(StepFailed, match=r"spread is fsdp, and the network became Linear; expected Sequential"):
        group.demand(nn.Linear(1, 1), nn.Sequential, "fsdp")
