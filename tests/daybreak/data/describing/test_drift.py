"""Alike samples are not told apart, other texts are, in any language; the p-value holds its level."""

import random

import pytest
from making import make_rows

from daybreak.data.describing import drift

HOTEL = [text for text, _ in make_rows(600, seed=3)]


def washed(count: int, seed: int = 1) -> list[str]:
    chance = random.Random(seed)
    parts = ("洗衣机很安静", "冰箱制冷很快", "烘干功能一般", "安装师傅很专业", "噪音有点大", "省电")
    return ["，".join(chance.sample(parts, 3)) + str(chance.randrange(10**6)) for _ in range(count)]


def test_new_texts_of_another_subject_are_recognised() -> None:
    found = drift.compare(HOTEL[:300], washed(100))
    assert found is not None
    assert found.p_value == 0.001
    assert found.effect > 0.95
    assert found.mmd > 0


def test_a_part_of_new_texts_is_enough_and_is_what_is_typical() -> None:
    new = [*HOTEL[300:390], *washed(30)]
    found = drift.compare(HOTEL[:300], new)
    assert found is not None
    assert found.p_value <= 0.01
    assert 0.5 < found.effect < 0.9
    assert all(place >= 90 for place in found.typical)


def test_english_without_chinese_works_alike() -> None:
    hotel = [f"the room was {word} and breakfast was {other}" for word in HOTEL[:60] for other in ("fine", "cold")]
    books = [f"chapter {number} of this novel bored me to tears" for number in range(60)]
    found = drift.compare(hotel, books)
    assert found is not None
    assert found.p_value == 0.001


def test_alike_samples_are_told_apart_as_often_as_the_level_says() -> None:
    chance = random.Random(5)
    found = []
    for _ in range(40):
        drawn = chance.sample(HOTEL, 120)
        found.append(drift.compare(drawn[:60], drawn[60:]))
    values = [each.p_value for each in found if each]
    assert len(values) == 40
    assert sum(value <= 0.1 for value in values) <= 9  # of Binomial(40, 0.1), 99.5 % lie at or below
    assert 0.4 < sum(each.effect for each in found if each) / 40 < 0.55


def test_the_same_samples_give_the_same_numbers() -> None:
    assert drift.compare(HOTEL[:100], HOTEL[100:150]) == drift.compare(HOTEL[:100], HOTEL[100:150])


@pytest.mark.parametrize("few", [0, drift.FEWEST - 1])
def test_too_few_texts_say_nothing(few: int) -> None:
    assert drift.compare(HOTEL, HOTEL[:few]) is None
    assert drift.compare(HOTEL[:few], HOTEL) is None


def test_texts_without_a_gram_in_common_can_be_compared() -> None:
    found = drift.compare(["a"] * 20, ["书"] * 20)
    assert found is not None
    assert (found.effect, found.p_value) == (1.0, 0.001)
