"""The nearest of a few texts is found for each of many, exactly, and what is quoted in a longer text is seen."""

import random

import pytest

from daybreak.data.near import matching
from daybreak.data.near.matching import match
from daybreak.data.near.similarity import jaccard


def texts(count: int, seed: int) -> list[str]:
    chance = random.Random(seed)
    words = ("酒店", "很好", "room", " was ", "早餐", "不错", "dirty", "，", "服务")
    return ["".join(chance.choices(words, k=chance.randrange(1, 9))) for _ in range(count)]


@pytest.mark.parametrize("block", [3, 1000])
def test_it_is_what_comparing_each_with_each_gives(block: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(matching, "BLOCK", block)
    many, few = texts(50, 1), texts(8, 2)
    found = match(many, few)
    for place, text in enumerate(many):
        scores = [jaccard(text, other) for other in few]
        assert found.similarity[place] == pytest.approx(max(scores))
        assert found.nearest[place] == (scores.index(max(scores)) if max(scores) else -1)
    for place, other in enumerate(few):
        scores = [jaccard(text, other) for text in many]
        assert found.best[place] == pytest.approx(max(scores))
        assert found.best_text[place] == (scores.index(max(scores)) if max(scores) else -1)


def test_many_others_make_smaller_blocks(monkeypatch: pytest.MonkeyPatch) -> None:
    many, few = texts(50, 1), texts(8, 2)
    whole = match(many, few)
    sizes: list[int] = []
    raising = matching._raise
    monkeypatch.setattr(matching, "_raise", lambda *given: (sizes.append(len(given[2])), raising(*given)))
    monkeypatch.setattr(matching, "CELLS", 24)  # three texts at a time
    assert all((one == other).all() for one, other in zip(whole, match(many, few), strict=True))
    assert max(sizes) <= 24


def test_a_quotation_is_contained_though_it_is_not_similar() -> None:
    question = "以下哪一个城市是中国的首都？"
    found = match(
        ["完全无关的一句话", f"昨天考试有一题：{question}我选了北京，后来又改成了别的答案，真是后悔。"], [question]
    )
    assert found.best[0] < 0.5
    assert (found.contained[0], found.container[0]) == (1.0, 1)


def test_short_texts_are_their_own_gram() -> None:
    assert match(["好", "好的"], ["好"]).similarity.tolist() == [1, 0]


def test_nothing_is_near_nothing() -> None:
    assert match(["好"], []).nearest.tolist() == [-1]
    assert match([], ["好"]).best.tolist() == [0]
