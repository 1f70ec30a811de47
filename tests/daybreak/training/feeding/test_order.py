"""The order of rows is kept as it was drawn, and drawn anew where the file is no more what it was."""

from pathlib import Path

import numpy as np
import pytest

from daybreak.training.feeding import batches, order
from daybreak.training.feeding.order import Batches

LENGTHS = np.arange(1, 24)


def draw(epoch: int) -> Batches:
    return batches.order(LENGTHS, 4, 17, epoch)


def other(epoch: int) -> Batches:
    return batches.order(LENGTHS, 4, 18, epoch)


def same(first: list[Batches], second: list[Batches]) -> bool:
    return [[batch.tolist() for batch in epoch] for epoch in first] == [
        [batch.tolist() for batch in epoch] for epoch in second
    ]


def test_what_was_drawn_is_what_is_read(tmp_path: Path) -> None:
    path = tmp_path / "below" / "order.npz"
    drawn = order.settled(path, 3, draw)
    assert same(drawn, [draw(epoch) for epoch in range(3)])
    found = order.read(path)
    assert found is not None
    assert same(found, drawn)
    assert found[0][0].dtype == np.int64


def test_the_file_counts_and_not_the_draw(tmp_path: Path) -> None:
    drawn = order.settled(tmp_path / "order.npz", 2, draw)
    assert same(order.settled(tmp_path / "order.npz", 2, other), drawn)


def test_the_same_order_is_the_same_bytes(tmp_path: Path) -> None:
    for name in "ab":
        order.settled(tmp_path / name, 2, draw)
    assert (tmp_path / "a").read_bytes() == (tmp_path / "b").read_bytes()


@pytest.mark.parametrize("harm", ["cut", "emptied", "replaced", "shorter"])
def test_a_file_that_does_not_serve_is_written_anew(tmp_path: Path, harm: str) -> None:
    path = tmp_path / "order.npz"
    order.settled(path, 1 if harm == "shorter" else 2, draw)
    content = {"cut": path.read_bytes()[:200], "emptied": b"", "replaced": b"no numbers"}
    path.write_bytes(content.get(harm, path.read_bytes()))
    drawn = order.settled(path, 2, other)
    assert same(drawn, [other(0), other(1)])
    assert same(order.read(path) or [], drawn)
    assert [each.name for each in tmp_path.iterdir()] == ["order.npz"]


def test_who_may_not_write_only_draws(tmp_path: Path) -> None:
    assert same(order.settled(tmp_path / "order.npz", 1, draw, write=False), [draw(0)])
    assert list(tmp_path.iterdir()) == []
    assert order.read(tmp_path / "order.npz") is None
