"""Candidates hold every pair that is similar enough, however crowded a part is, and next to no others."""

import random
from itertools import combinations

import numpy as np
import pytest

from daybreak.data.near import parts
from daybreak.data.near.grams import Shingles, shingle_sets
from daybreak.data.near.similarity import jaccard


def in_order_of_size(texts: list[str]) -> tuple[list[str], Shingles]:
    sizes = shingle_sets(texts).sizes
    ordered = [texts[place] for place in np.argsort(sizes, kind="stable")]
    return ordered, shingle_sets(ordered)


def proposed(shingles: Shingles, threshold: float) -> list[tuple[int, int]]:
    blocks = parts.candidates(shingles, threshold)
    return [pair for left, right in blocks for pair in zip(left.tolist(), right.tolist(), strict=True)]


def templates(count: int) -> list[str]:
    """Texts of one mould: most of their parts are those of all the others."""
    draw = random.Random(5)
    return [f"订单{draw.randrange(10**9)}已发货，{draw.randrange(40)}天内送达，请保持电话畅通" for _ in range(count)]


@pytest.mark.parametrize("threshold", [0.6, 0.7, 0.8, 0.95, 1.0])
@pytest.mark.parametrize("spare", [0.0, 0.5, 2.0])
def test_crowded_parts_hide_no_pair(threshold: float, spare: float, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(parts, "SPARE", spare)
    texts, shingles = in_order_of_size([*templates(120), "好", "很好", "非常好", "好"])
    pairs = proposed(shingles, threshold)
    assert len(set(pairs)) == len(pairs)
    assert all(left < right for left, right in pairs)
    similar = {(i, j) for i, j in combinations(range(len(texts)), 2) if jaccard(texts[i], texts[j]) >= threshold}
    assert similar <= set(pairs)


def test_texts_with_nothing_in_common_are_hardly_ever_proposed() -> None:
    draw = random.Random(7)
    letters = [chr(code) for code in range(0x4E00, 0x4E00 + 3000)]
    _, shingles = in_order_of_size(["".join(draw.choices(letters, k=draw.randint(10, 80))) for _ in range(2000)])
    assert len(proposed(shingles, 0.8)) < 20


def test_differences_allowed_are_those_at_the_threshold() -> None:
    assert parts.allowed(np.array([10]), np.array([10]), 0.8).tolist() == [2]  # 9 shared of 11
    assert parts.allowed(np.array([8]), np.array([10]), 0.8).tolist() == [2]  # 8 shared of 10
    assert parts.allowed(np.array([7]), np.array([10]), 0.8).tolist() == [1]  # the 8 that must be shared are too many
    assert parts.allowed(np.array([5]), np.array([5]), 1.0).tolist() == [0]


def test_the_hash_tells_all_grams_apart() -> None:
    texts = [chr(0x4E00 + number) * 3 for number in range(20000)]
    hashes, owners = parts._hashes(shingle_sets(texts), 0, len(texts))
    assert len(np.unique(hashes)) == len(texts)
    assert owners.tolist() == list(range(len(texts)))
