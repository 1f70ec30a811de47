"""The word list: what it finds, and what it must not find."""

from pathlib import Path

import pytest

from daybreak.evaluation import toxicity
from daybreak.evaluation.subject import Subject


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
    assert toxicity.find_words(text) == words


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
    assert toxicity.find_words(text) == []


def test_counts_rows_by_label_and_word(subject: Subject, tmp_path: Path) -> None:
    train = subject.rows("train")
    train.loc[:2, "text"] = "混蛋，混蛋"
    subject.__dict__["rows"] = lambda split: train
    found = toxicity.measure(subject, tmp_path)
    assert found["judge"] == "word_list"
    assert (found["toxic"], found["rows"], found["share"]) == (3, 300, 0.01)
    assert found["by_word"] == {"混蛋": 3}
    assert sum(each["toxic"] for each in found["by_label"].values()) == 3
    assert found["examples"][0] == {"text": "混蛋，混蛋", "words": ["混蛋", "混蛋"]}
