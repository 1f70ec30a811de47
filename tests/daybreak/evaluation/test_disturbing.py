"""Texts are disturbed in the same way for the same row, and only where there is something to disturb."""

import random

import pytest

from daybreak.evaluation import disturbing

CHINESE, ENGLISH = "房间很大，服务也不错，前台非常满意！", "The room was great, and 10 staff were lovely!"


@pytest.mark.parametrize("way", sorted(disturbing.ways()))
@pytest.mark.parametrize("text", [CHINESE, ENGLISH])
def test_the_same_chance_disturbs_alike(way: str, text: str) -> None:
    disturb = disturbing.ways()[way]
    assert disturb(text, random.Random(5)) == disturb(text, random.Random(5))


@pytest.mark.parametrize("way", sorted(disturbing.ways()))
@pytest.mark.parametrize("text", ["", "！", "哦"])
def test_what_cannot_be_disturbed_comes_back(way: str, text: str) -> None:
    found = disturbing.ways()[way](text, random.Random(5))
    assert found in (text, "！")


def test_each_way_does_what_it_says() -> None:
    ways, chance = disturbing.ways(), random.Random(7)
    assert ways["case"]("Great", chance) == "gREAT"
    assert ways["punctuation"]("好，很 (好)!", chance) == "好 很 好"
    assert ways["full_width"]("ok 1", chance) == "ｏｋ\u3000１"
    assert ways["homophones"]("质量", chance) == "质亮"
    assert ways["lookalikes"]("末", chance) == "未"
    assert ways["synonyms"]("很满意", random.Random(1)) != "很满意"


def test_about_a_tenth_of_the_signs_are_mistyped() -> None:
    text = "一二三四五六七八九十" * 10
    changed = sum(disturbing.typos(text, random.Random(seed)) != text for seed in range(20))
    assert changed == 20
    assert all(abs(len(disturbing.typos(text, random.Random(seed))) - 100) <= 10 for seed in range(20))
