"""The word list: what it finds, and what it must not find."""

import pytest

from daybreak.evaluation.judges.words import find_words


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("这个混蛋老板", ["混蛋"]),
        ("服务员是白痴，滚蛋！", ["白痴", "滚蛋"]),
        ("You FUCKING idiots", ["fucking", "idiots"]),
        ("服务员fuck了", ["fuck"]),
        ("真是傻B", ["傻b"]),
        ("go to hell, bastard", ["go to hell", "bastard"]),
    ],
)
def test_finds_rude_words_in_both_languages(text: str, words: list[str]) -> None:
    assert find_words(text) == words


@pytest.mark.parametrize(
    "text",
    [
        "他去死海旅游了",
        "老师在帮助智障儿童",
        "杂种优势是遗传学的说法",
        "Scunthorpe is a town",
        "the shittah tree",
        "an idiot-proof manual",
        "mishitake",
        "妈妈的生日",
    ],
)
def test_leaves_innocent_texts_alone(text: str) -> None:
    assert find_words(text) == []
