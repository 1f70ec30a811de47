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


@pytest.mark.parametrize("way", sorted(disturbing.ways()))
def test_every_way_disturbs_both_languages_where_their_script_can(way: str) -> None:
    """Chinese has no case, and nothing to widen but the Latin letters and digits that stand in it."""
    disturb = disturbing.ways()[way]

    def touched(text: str) -> bool:
        return any(disturb(text, random.Random(seed)) != text for seed in range(20))

    assert touched(ENGLISH)
    assert touched(CHINESE) == (way not in ("case", "full_width"))
    assert touched(f"{CHINESE}Wi-Fi 也很快")


def test_words_of_english_are_whole_and_keep_their_capital() -> None:
    ways = disturbing.ways()
    assert ways["homophones"]("Their today", random.Random(1)) in ("There today", "They're today")
    assert ways["homophones"]("today, anthem, isn't", random.Random(1)) == "today, anthem, isn't"
    assert ways["lookalikes"]("mm", random.Random(1)) in ("rnm", "mrn")
    long = "I can hear the staff clean the room here, it's great and quite nice, would recommend their breakfast. " * 3
    spelt = ways["homophones"](long, random.Random(3)).split()
    changed = sum(before != after for before, after in zip(long.split(), spelt, strict=True))
    assert changed == round(0.1 * len(long.split()))


def test_what_turns_a_sentence_round_is_not_misheard() -> None:
    assert disturbing.ways()["homophones"]("no, not, never", random.Random(1)) == "no, not, never"
