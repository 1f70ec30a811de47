"""The join finds exactly the pairs that comparing everything with everything finds."""

import random
from collections import Counter
from itertools import combinations
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from daybreak.data.near import grams, prefixes, similarity

TEXTS = st.lists(st.text(alphabet="ab好差 A\U0001f600", max_size=12), max_size=14)
SIGNS = "这家酒店的房间很干净早餐也不错abcdefgh，。 "
THRESHOLDS = st.sampled_from([1e-9, 0.1, 0.3, 0.5, 0.55, 0.6, 0.7, 0.8, 0.9, 1.0])


def brute_force(texts: list[str], threshold: float) -> dict[tuple[int, int], float]:
    scores = {(i, j): similarity.jaccard(texts[i], texts[j]) for i, j in combinations(range(len(texts)), 2)}
    return {pair: score for pair, score in scores.items() if score >= threshold}


def edited_copies(count: int, seed: int) -> list[str]:
    """Texts of 1 to 90 characters, of which many are earlier ones with a few characters changed."""
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


def found(pairs: similarity.Pairs) -> dict[tuple[int, int], float]:
    left, right, score = (column.tolist() for column in pairs)
    return dict(zip(zip(left, right, strict=True), score, strict=True))


@given(TEXTS, THRESHOLDS)
@settings(max_examples=200, deadline=None)
def test_the_join_equals_brute_force(texts: list[str], threshold: float) -> None:
    assert found(similarity.similar_pairs(texts, threshold)) == brute_force(texts, threshold)


@given(TEXTS, THRESHOLDS, st.data())
@settings(max_examples=100, deadline=None)
def test_sides_leave_only_the_pairs_across(texts: list[str], threshold: float, data: st.DataObject) -> None:
    sides = data.draw(st.lists(st.integers(0, 2), min_size=len(texts), max_size=len(texts)))
    across = {pair: s for pair, s in brute_force(texts, threshold).items() if sides[pair[0]] != sides[pair[1]]}
    assert found(similarity.similar_pairs(texts, threshold, sides)) == across


@given(TEXTS, st.data())
@settings(max_examples=100, deadline=None)
def test_the_highest_across_is_the_highest(texts: list[str], data: st.DataObject) -> None:
    sides = data.draw(st.lists(st.integers(0, 1), min_size=len(texts), max_size=len(texts)))
    scores = [s for (i, j), s in brute_force(texts, 1e-12).items() if sides[i] != sides[j]]
    top = similarity.highest_across(texts, sides, 0.8)
    assert top.similarity.tolist() == [max(scores)] * scores.count(max(scores)) if scores else not len(top.similarity)


@given(TEXTS, THRESHOLDS)
@settings(max_examples=50, deadline=None)
def test_pairs_that_are_named_are_compared_and_no_others(texts: list[str], threshold: float) -> None:
    every = [(one, other) for one in range(len(texts)) for other in range(one + 1, len(texts))]
    left, right = (np.array(side, np.int64) for side in zip(*every, strict=True)) if every else (np.empty(0, int),) * 2
    assert found(similarity.compared(texts, left, right, threshold)) == brute_force(texts, threshold)
    assert len(similarity.compared(texts, left[:0], right[:0], threshold).left) == 0


@given(st.integers(0, 2**32), st.sampled_from([0.6, 0.7, 0.8, 0.9, 1.0]))
@settings(max_examples=25, deadline=None)
def test_no_pair_is_missed_among_edited_copies(seed: int, threshold: float) -> None:
    texts = edited_copies(60, seed)
    assert found(similarity.similar_pairs(texts, threshold)) == brute_force(texts, threshold)


def test_blocks_do_not_change_the_answer(monkeypatch: pytest.MonkeyPatch) -> None:
    texts = [f"这家酒店的房间{number % 7}很干净，早餐{number % 3}也不错" for number in range(40)]
    for threshold in (0.5, 0.6, 0.8):
        whole = found(similarity.similar_pairs(texts, threshold))
        with monkeypatch.context() as patch:
            patch.setattr(grams, "BLOCK", 3)
            patch.setattr(grams, "CHUNK", 50)
            patch.setattr(prefixes, "BLOCK", 3)
            assert found(similarity.similar_pairs(texts, threshold)) == whole == brute_force(texts, threshold)


def test_many_texts_are_joined_in_seconds() -> None:
    texts = edited_copies(6000, seed=3)
    pairs = similarity.similar_pairs(texts, 0.8)
    sample = found(pairs).items()
    assert len(sample) > 1000
    assert all(similarity.jaccard(texts[i], texts[j]) == score for (i, j), score in list(sample)[:500])


def test_a_text_shorter_than_a_gram_is_its_own_shingle() -> None:
    assert similarity.shingles("好") == {"好"}
    assert similarity.shingles("很好") == {"很好"}
    assert similarity.shingles("非常好") == {"非常好"}
    assert found(similarity.similar_pairs(["好", "很好", "好", "很好吃"], 0.1)) == {(0, 2): 1.0}


def test_case_and_white_space_do_not_count() -> None:
    assert similarity.jaccard("Great  Hotel", " great hotel ") == 1.0


def test_similarity_counts_distinct_grams() -> None:
    assert similarity.jaccard("abcd", "abce") == pytest.approx(1 / 3)
    assert similarity.jaccard("aaaa", "aaaaaaaa") == 1.0


def test_components_join_chains() -> None:
    texts = ["abcdefghij", "abcdefghijk", "abcdefghijkl", "完全不同的文本"]
    pairs = similarity.similar_pairs(texts, 0.85)
    assert (0, 2) not in found(pairs)
    assert len(set(similarity.components(4, pairs)[:3].tolist())) == 1
    assert len(set(similarity.components(4, pairs).tolist())) == 2


def test_nothing_has_no_pairs() -> None:
    assert found(similarity.similar_pairs([], 0.8)) == {}
    assert similarity.components(0, similarity.similar_pairs([], 0.8)).tolist() == []


def family(count: int, seed: int = 1) -> list[str]:
    """A form letter that differs in a number."""
    draw = random.Random(seed)
    return [
        f"尊敬的客户，您的订单{draw.randrange(10**6)}已发货，预计三天内送达，请保持电话畅通，感谢您的支持与信任"
        for _ in range(count)
    ]


@pytest.mark.parametrize("threshold", [0.5, 0.7, 0.8, 0.9])
def test_a_large_family_is_tied_by_a_tree_and_small_clusters_tell_all_pairs(threshold: float) -> None:
    texts = [*family(300), *edited_copies(150, seed=5)]
    every, tying = similarity.similar_pairs(texts, threshold), similarity.tying_pairs(texts, threshold)
    component = similarity.components(len(texts), every)
    assert similarity.components(len(texts), tying).tolist() == component.tolist()
    sizes = Counter(component.tolist())
    wanted, told = found(every), found(tying)
    assert told.items() <= wanted.items()
    small = {pair for pair in wanted if sizes[component[pair[0]]] <= similarity.LARGEST}
    assert small == {pair for pair in told if sizes[component[pair[0]]] <= similarity.LARGEST}
    large = sum(size - 1 for size in sizes.values() if size > similarity.LARGEST)
    assert len(told) == len(small) + large


def test_equal_shingle_sets_do_not_make_a_clique() -> None:
    texts = ["哈" * (10 + number) for number in range(500)]
    assert len(similarity.tying_pairs(texts, 0.8).left) == 499


def test_a_family_costs_what_its_texts_cost_and_not_their_pairs(monkeypatch: pytest.MonkeyPatch) -> None:
    compared: list[int] = []
    exact = similarity._similarity

    def counting(shingles: grams.Shingles, left: Any, right: Any) -> Any:
        compared.append(len(left))
        return exact(shingles, left, right)

    monkeypatch.setattr(similarity, "_similarity", counting)
    texts = [text + "，祝您生活愉快万事如意，期待您的下次光临" for text in family(2000)]
    assert len(similarity.tying_pairs(texts, 0.8).left) == 1999
    assert sum(compared) < 50 * len(texts)
    compared.clear()
    top = similarity.highest_across([*texts, "您的订单已发货，祝您生活愉快"], [0] * 2000 + [1], 0.8)
    assert top.right.tolist() == [2000]
    assert sum(compared) < 20 * len(texts)
