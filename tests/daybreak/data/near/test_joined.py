"""What is known of the texts before and asked for the new ones is what joining everything finds, to the last bit."""

import random
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from daybreak.data.near import asking, joined, similarity
from daybreak.data.near.similarity import Pairs
from daybreak.data.remembering import memo

SIGNS = "这家酒店的房间很干净早餐也不错abcdefgh，。"


@pytest.fixture(autouse=True)
def joins(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[str]]:
    """Which whole joins were made."""
    made: list[str] = []

    def counting(name: str, work: Any) -> Any:
        def counted(*given: Any) -> Any:
            made.append(name)
            return work(*given)

        return counted

    for name in ("tying_pairs", "highest_across"):
        monkeypatch.setattr(similarity, name, counting(name, getattr(similarity, name)))
    yield made


def corpus(count: int, seed: int = 5) -> list[str]:
    draw = random.Random(seed)
    texts = ["".join(draw.choices(SIGNS, k=draw.randint(20, 60))) for _ in range(count)]
    for place in range(0, count, 5):
        text = texts[draw.randrange(count)]
        texts[place] = text[:9] + draw.choice(SIGNS) + text[9:]
    return texts


def same(one: Pairs, other: Pairs) -> bool:
    return all(left.tolist() == right.tolist() for left, right in zip(one, other, strict=True))


def tied(root: Path, texts: list[str], joins: list[str], threshold: float = 0.7) -> bool:
    """Whether the pairs were found without a whole join; they are those of one."""
    before = len(joins)
    found = joined.tying_pairs(root, texts, threshold)
    anew = len(joins) == before
    assert same(found, similarity.tying_pairs(texts, threshold))
    return anew


def test_new_texts_alone_are_compared(tmp_path: Path, joins: list[str]) -> None:
    texts = corpus(400)
    assert not tied(tmp_path, texts[20:], joins)
    assert tied(tmp_path, texts, joins)
    assert tied(tmp_path, texts, joins)
    assert tied(tmp_path, random.Random(1).sample(texts, len(texts)), joins)


def test_texts_that_went_take_their_pairs_along(tmp_path: Path, joins: list[str]) -> None:
    texts = corpus(400)
    tied(tmp_path, texts, joins)
    assert tied(tmp_path, texts[150:300], joins)
    assert tied(tmp_path, texts[140:300], joins)


def test_too_many_new_texts_another_threshold_and_a_lost_memo_join_anew(tmp_path: Path, joins: list[str]) -> None:
    texts = corpus(400)
    tied(tmp_path, texts[60:], joins)
    assert not tied(tmp_path, texts, joins)
    assert not tied(tmp_path, texts, joins, threshold=0.75)
    memo.forget(tmp_path)
    assert not tied(tmp_path, texts, joins)


def test_texts_that_say_the_same_are_pairs_each(tmp_path: Path, joins: list[str]) -> None:
    texts = corpus(400)
    texts[7] = texts[8] = texts[300]
    tied(tmp_path, texts[:-10], joins)
    assert tied(tmp_path, texts, joins)
    assert tied(tmp_path, [*texts, texts[50]], joins)
    assert tied(tmp_path, [text for place, text in enumerate(texts) if place not in (7, 300)], joins)


def test_a_large_family_is_joined_anew(tmp_path: Path, joins: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    texts = [*corpus(400), *(f"您的订单{number}已经发货，请您保持电话畅通，祝您生活愉快" for number in range(10, 25))]
    tied(tmp_path, texts[5:], joins)
    assert tied(tmp_path, texts, joins)
    monkeypatch.setattr(similarity, "LARGEST", 10)
    assert not tied(tmp_path, texts, joins)


def test_no_texts_and_the_first_ones(tmp_path: Path, joins: list[str]) -> None:
    tied(tmp_path, [], joins)
    tied(tmp_path, [], joins)
    assert not tied(tmp_path, corpus(50), joins)


def across(root: Path, texts: list[str], sides: list[int], joins: list[str]) -> bool:
    """Whether the most similar pairs across were found without a whole join; they are those of one."""
    before = len(joins)
    found = joined.highest_across(root, texts, sides, 0.8)
    anew = len(joins) == before
    assert same(found, similarity.highest_across(texts, sides, 0.8))
    return anew


def test_the_highest_across_of_old_and_new(tmp_path: Path, joins: list[str]) -> None:
    texts = corpus(400)
    sides = [place % 3 for place in range(400)]
    assert not across(tmp_path, texts[20:], sides[20:], joins)
    assert across(tmp_path, texts, sides, joins)
    assert across(tmp_path, [*texts, texts[30] + "x"], [*sides, 2], joins)


@pytest.fixture
def readings(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """The similarity of each reading of all texts."""
    made: list[float] = []
    ask = asking.pairs_of

    def counted(texts: Any, new: Any, threshold: float, *sides: Any) -> Any:
        made.append(threshold)
        return ask(texts, new, threshold, *sides)

    monkeypatch.setattr(asking, "pairs_of", counted)
    return made


def test_new_texts_are_asked_once_for_both(tmp_path: Path, joins: list[str], readings: list[float]) -> None:
    texts = [*dict.fromkeys(corpus(420))][:400]
    sides = [place % 3 for place in range(400)]
    tied(tmp_path, texts[20:], joins, 0.8)
    highest = joined.highest_across(tmp_path, texts[20:], sides[20:], 0.8).similarity[0]
    assert tied(tmp_path, texts, joins, 0.8)
    assert across(tmp_path, texts, sides, joins)
    assert highest > 0.8  # as no split leaves it, but a memo may tell
    assert readings == [0.8]
    assert across(tmp_path, texts[:-30], sides[:-30], joins)


@pytest.mark.parametrize("near", [0.0, 1.0])
def test_asked_along_or_not_the_same_is_found(
    tmp_path: Path, joins: list[str], readings: list[float], near: float, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(joined, "NEAR", near)
    texts = [*dict.fromkeys(corpus(420))][:400]
    texts[3] = texts[200] + "x"
    sides = [place % 3 for place in range(400)]
    tied(tmp_path, texts[10:], joins, 0.95)
    top = joined.highest_across(tmp_path, texts[10:], sides[10:], 0.95).similarity[0]
    assert tied(tmp_path, texts, joins, 0.95)
    found = joined.highest_across(tmp_path, texts, sides, 0.95)
    assert same(found, similarity.highest_across(texts, sides, 0.95))
    assert readings == ([top] if near else [0.95, top])


def test_what_was_not_asked_is_read(tmp_path: Path, joins: list[str], readings: list[float]) -> None:
    """Texts that stand twice, and texts that came to stage split without stage dedupe."""
    texts = [*dict.fromkeys(corpus(420))][:400]
    sides = [place % 3 for place in range(400)]
    tied(tmp_path, texts[20:], joins, 0.95)
    joined.highest_across(tmp_path, texts[20:], sides[20:], 0.95)
    tied(tmp_path, texts[10:], joins, 0.95)
    for more in ([], [texts[0]]):
        readings.clear()
        given = [*texts, *more], [*sides, *(2 for _ in more)]
        assert same(joined.highest_across(tmp_path, *given, 0.95), similarity.highest_across(*given, 0.95))
        assert len(readings) == 1


def test_a_whole_join_leaves_nothing_asked(tmp_path: Path, joins: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    texts = corpus(400)
    tied(tmp_path, texts[10:], joins, 0.8)
    tied(tmp_path, texts, joins, 0.8)
    assert [path.name for path in (tmp_path / memo.FOLDER).glob("asked-*")]
    monkeypatch.setattr(asking, "MOST", 0)
    tied(tmp_path, corpus(400, seed=6), joins, 0.8)
    assert not [path.name for path in (tmp_path / memo.FOLDER).glob("asked-*")]


def test_the_highest_pair_went_or_changed_sides(tmp_path: Path, joins: list[str]) -> None:
    texts = corpus(400)
    sides = [place % 3 for place in range(400)]
    top = joined.highest_across(tmp_path, texts, sides, 0.8)
    gone = {*top.left.tolist()}
    kept = [place for place in range(400) if place not in gone]
    assert not across(tmp_path, [texts[place] for place in kept], [sides[place] for place in kept], joins)
    joined.highest_across(tmp_path, texts, sides, 0.8)
    for left, right in zip(top.left.tolist(), top.right.tolist(), strict=True):
        sides[left] = sides[right]
    across(tmp_path, texts, sides, joins)


def test_nothing_across_is_asked_again(tmp_path: Path, joins: list[str]) -> None:
    assert not across(tmp_path, ["好", "坏"], [0, 1], joins)
    assert not across(tmp_path, ["好", "坏"], [0, 1], joins)


def test_texts_with_too_much_in_common_are_joined(
    tmp_path: Path, joins: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    texts = corpus(400)
    tied(tmp_path, texts[5:], joins)
    monkeypatch.setattr(asking, "MOST", 0)
    assert not tied(tmp_path, texts, joins)


@pytest.mark.parametrize("cut", [0, 40, 1000])
def test_half_an_entry_is_none(tmp_path: Path, joins: list[str], cut: int) -> None:
    texts = corpus(200)
    tied(tmp_path, texts, joins)
    (path,) = (tmp_path / memo.FOLDER).glob("*")
    path.write_bytes(path.read_bytes()[:cut])
    assert not tied(tmp_path, texts, joins)
    assert tied(tmp_path, texts, joins)


def test_digests_that_begin_alike_are_told_apart(tmp_path: Path, joins: list[str], monkeypatch: Any) -> None:
    texts, named = corpus(300), joined._named

    def colliding(*given: Any) -> Any:
        found = named(*given)
        return found._replace(high=found.high % np.uint64(150))

    monkeypatch.setattr(joined, "_named", colliding)
    monkeypatch.setattr(joined, "NEW", 1.0)
    tied(tmp_path, texts[20:], joins)
    assert tied(tmp_path, texts, joins)
    assert tied(tmp_path, texts[100:], joins)
