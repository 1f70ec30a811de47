"""An item counts once: said word for word, said nearly, or quoted within more."""

import pytest

from daybreak.data.near.contamination import measure, total

TRAIN = [
    "这家酒店的房间很干净，早餐也不错，下次还会再来住的。",
    "题目是：一只青蛙在井底，每天爬三米滑两米，井深十米，几天能出来？我想了很久才想明白，答案写在后面，大家可以一起讨论讨论。",
    "The Quick Brown Fox jumps over the lazy dog near the river bank every single morning",
]


def kinds(items: list[str]) -> tuple[int, int, int]:
    (found,) = measure(TRAIN, {"bench": items}, 0.8)
    return found["exact"], found["near"], found["contained"]


@pytest.mark.parametrize(
    ("item", "kind"),
    [
        (TRAIN[0], (1, 0, 0)),
        (TRAIN[2].upper() + "  ", (1, 0, 0)),
        (TRAIN[0][:-1] + "！", (0, 1, 0)),
        ("一只青蛙在井底，每天爬三米滑两米，井深十米，几天能出来？", (0, 0, 1)),
        ("答案写在后面", (0, 0, 0)),
        ("一个没有人问过的问题，在训练数据里找不到它", (0, 0, 0)),
    ],
)
def test_each_kind_is_told_apart(item: str, kind: tuple[int, int, int]) -> None:
    assert kinds([item]) == kind


def test_examples_stand_beside_the_training_text() -> None:
    (found,) = measure(TRAIN, {"bench": ["一只青蛙在井底，每天爬三米滑两米，井深十米，几天能出来？"]}, 0.8)
    (example,) = found["examples"]
    assert example["text"] == TRAIN[1]
    assert example["contained"] == 1.0
    assert example["similarity"] < 0.8


def test_sets_are_told_in_order_and_added_up() -> None:
    found = measure(TRAIN, {"b": [TRAIN[0]], "a": ["别的"]}, 0.8)
    assert [each["set"] for each in found] == ["a", "b"]
    assert total(found) == 1
    assert measure(TRAIN, {}, 0.8) == []
    assert measure([], {"a": ["x"]}, 0.8)[0]["exact"] == 0
