"""Asking for a few texts finds exactly what joining everything finds of them."""

import random

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from daybreak.data.near import asking, similarity

TEXTS = st.lists(st.text(alphabet="ab好差 A\U0001f600", max_size=12), min_size=1, max_size=14)
SIGNS = "这家酒店的房间很干净早餐也不错abcdefgh，。 "
Found = dict[tuple[int, int], float]


def found(pairs: similarity.Pairs | None, among: set[int] | None = None) -> Found:
    assert pairs is not None
    left, right, score = (column.tolist() for column in pairs)
    every = dict(zip(zip(left, right, strict=True), score, strict=True))
    return {pair: score for pair, score in every.items() if among is None or among & set(pair)}


def edited_copies(count: int, seed: int) -> list[str]:
    draw = random.Random(seed)
    texts: list[str] = []
    for _ in range(count):
        if texts and draw.random() < 0.6:
            text = list(draw.choice(texts))
            for _ in range(draw.randint(1, 4)):
                text[draw.randrange(len(text))] = draw.choice(SIGNS)
            texts.append("".join(text))
        else:
            texts.append("".join(draw.choices(SIGNS, k=draw.randint(1, 90))))
    return texts


@given(TEXTS, st.sampled_from([0.1, 0.5, 0.6, 0.7, 0.8, 0.9, 1.0]), st.data())
@settings(max_examples=100, deadline=None)
def test_it_finds_what_the_join_finds_of_them(texts: list[str], threshold: float, data: st.DataObject) -> None:
    places = data.draw(st.sets(st.integers(0, len(texts) - 1)))
    told = asking.pairs_of(texts, np.array(sorted(places), np.int64), threshold)
    assert found(told) == found(similarity.similar_pairs(texts, threshold), places)


@given(st.integers(0, 2**32), st.sampled_from([0.5, 0.7, 0.8, 0.9]))
@settings(max_examples=15, deadline=None)
def test_among_edited_copies_and_across_sides(seed: int, threshold: float) -> None:
    texts = edited_copies(120, seed)
    draw = np.random.default_rng(seed)
    sides, places = draw.integers(0, 3, len(texts)), np.sort(draw.choice(len(texts), 30, replace=False))
    of = {*places.tolist()}
    assert found(asking.pairs_of(texts, places, threshold)) == found(similarity.similar_pairs(texts, threshold), of)
    across = similarity.similar_pairs(texts, threshold, sides.tolist())
    assert found(asking.pairs_of(texts, places, threshold, sides)) == found(across, of)


def test_nobody_asks() -> None:
    assert found(asking.pairs_of(["a", "a"], np.empty(0, np.int64), 0.8)) == {}
    assert found(asking.pairs_of([], np.empty(0, np.int64), 0.8)) == {}


def test_texts_are_read_in_blocks(monkeypatch: pytest.MonkeyPatch) -> None:
    texts = edited_copies(200, 5)
    places = np.arange(0, 200, 7)
    whole = found(asking.pairs_of(texts, places, 0.7))
    monkeypatch.setattr(asking, "BLOCK", 16)
    assert found(asking.pairs_of(texts, places, 0.7)) == whole
    assert whole


def test_it_says_when_texts_have_too_much_in_common(monkeypatch: pytest.MonkeyPatch) -> None:
    texts = [f"您的订单{number}已发货，祝您生活愉快" for number in range(100)]
    monkeypatch.setattr(asking, "MOST", 50)
    assert asking.pairs_of(texts, np.arange(50), 0.8) is None
