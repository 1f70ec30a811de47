"""At low thresholds too, the candidates hold every pair that is similar enough."""

from itertools import combinations

import numpy as np
import pytest

from daybreak.data.near import prefixes
from daybreak.data.near.grams import shingle_sets
from daybreak.data.near.similarity import jaccard

TEXTS = sorted([f"这家酒店的房间{n % 7}很干净，早餐{n % 3}{'也' * (n % 4)}不错" for n in range(40)] + ["好", "不错"])


@pytest.mark.parametrize("threshold", [1e-9, 0.1, 0.3, 0.5])
def test_no_similar_pair_is_left_out(threshold: float, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(prefixes, "BLOCK", 7)
    order = np.argsort(shingle_sets(TEXTS).sizes, kind="stable")
    texts = [TEXTS[place] for place in order]
    blocks = prefixes.candidates(shingle_sets(texts), threshold)
    pairs = [pair for left, right in blocks for pair in zip(left.tolist(), right.tolist(), strict=True)]
    assert len(set(pairs)) == len(pairs)
    similar = {(i, j) for i, j in combinations(range(len(texts)), 2) if jaccard(texts[i], texts[j]) >= threshold}
    assert similar <= set(pairs)


def test_a_text_that_shares_no_gram_is_not_proposed() -> None:
    assert [len(left) for left, _ in prefixes.candidates(shingle_sets(["好", "很好", "非常好"]), 0.1)] == [0]
