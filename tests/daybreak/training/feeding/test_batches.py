"""The order of rows is data: the same for the same seed and epoch, every row once, like lengths together."""

from dataclasses import replace

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from daybreak.recipes.base import IGNORED
from daybreak.training.feeding import batches
from daybreak.training.feeding.tokens import Tokens

LENGTHS = np.random.default_rng(1).integers(5, 160, 1000)


def _tokens(*rows: list[int]) -> Tokens:
    offsets = np.cumsum([0, *map(len, rows)])
    flat = np.array([token for row in rows for token in row], dtype=np.int32)
    names = np.array([str(place) for place in range(len(rows))])
    return Tokens(
        flat,
        offsets,
        np.arange(len(rows), dtype=np.int32),
        np.arange(len(rows) + 1),
        names,
        np.zeros(len(rows), np.int32),
    )


@settings(deadline=None, max_examples=50)
@given(st.lists(st.integers(1, 200), min_size=1, max_size=300), st.integers(1, 40), st.integers(0, 5))
def test_every_row_once_in_full_batches_but_one(lengths: list[int], size: int, epoch: int) -> None:
    found = batches.order(np.array(lengths), size, 17, epoch)
    assert sorted(np.concatenate(found).tolist()) == list(range(len(lengths)))
    assert sum(len(batch) < size for batch in found) <= 1


def test_same_seed_and_epoch_same_order() -> None:
    def flat(seed: int, epoch: int) -> list[int]:
        return np.concatenate(batches.order(LENGTHS, 32, seed, epoch)).tolist()

    assert flat(17, 0) == flat(17, 0)
    assert flat(17, 0) != flat(17, 1)
    assert flat(17, 0) != flat(18, 0)


def test_little_is_padding_and_short_batches_are_not_first() -> None:
    found = batches.order(LENGTHS, 32, 17, 0)
    padded = sum(len(batch) * LENGTHS[batch].max() for batch in found)
    assert padded / LENGTHS.sum() < 1.1
    means = [LENGTHS[batch].mean() for batch in found]
    assert abs(np.corrcoef(means, range(len(means)))[0, 1]) < 0.5


def test_reading_order_is_by_length() -> None:
    flat = np.concatenate(batches.by_length(LENGTHS, 64))
    assert (np.diff(LENGTHS[flat]) >= 0).all()


def test_pads_on_the_right_with_the_padding_id() -> None:
    batch = batches.assemble(_tokens([7, 8, 9], [5], [6, 6]), np.array([1, 0]), pad_id=3)
    assert batch.input_ids.tolist() == [[5, 3, 3], [7, 8, 9]]
    assert batch.attention_mask.tolist() == [[1, 0, 0], [1, 1, 1]]
    assert batch.targets.tolist() == [[1], [0]]
    assert batch.tokens == 4


def test_targets_of_several_lengths_are_padded_with_what_no_loss_reads() -> None:
    two = _tokens([7, 8, 9], [5])
    ragged = replace(two, targets=np.array([-100, 8, 9, 4]), target_offsets=np.array([0, 3, 4]))
    batch = batches.assemble(ragged, np.array([1, 0]), pad_id=3)
    assert batch.targets.tolist() == [[4, IGNORED, IGNORED], [IGNORED, 8, 9]]


def test_long_rows_are_read_fewer_at_once() -> None:
    found = batches.by_length(LENGTHS, 64, most_tokens=500)
    assert np.array_equal(np.concatenate(found), np.concatenate(batches.by_length(LENGTHS, 64)))
    assert all(len(batch) * LENGTHS[batch].max() <= 500 or len(batch) == 1 for batch in found)
    assert max(map(len, found)) <= 64
