"""What is shown of rows holds nothing personal, whatever the project keeps, and is cut."""

from typing import Any

import pytest

from daybreak.data.describing import examples


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("打13800138000找我", "打[mobile]找我"),
        ("打１３８\u200b０００００００１找我", "打[mobile]找我"),
        ("收件人：张伟，邮箱a@b.cn", "收件人：[name]，邮箱[email]"),
        ("住在北京市海淀区中关村大街27号", "[address]"),
        ("这家酒店很好，\n住了3晚", "这家酒店很好，\n住了3晚"),
    ],
)
def test_every_kind_is_masked(text: str, left: str) -> None:
    assert examples.masked(text) == left


def test_a_long_text_is_cut_and_a_datum_at_the_cut_is_not_halved() -> None:
    text = "好" * (examples.CHARACTERS - 6) + "13800138000" + "好" * 1_000_000
    assert examples.masked(text) == "好" * (examples.CHARACTERS - 6) + "[mobil…"
    assert examples.masked("好" * examples.CHARACTERS) == "好" * examples.CHARACTERS
    beyond = "a" * (examples.LOOKED_AT - 5) + " 13800138000"
    assert "13800" not in examples.masked(beyond)


def test_texts_of_rows_are_masked_wherever_they_stand_and_facts_are_not() -> None:
    row = {"id": "13800138000", "text": "13800138000", "value": "是13800138000吗", "label": "13800138000", "rows": 3}
    told: dict[str, Any] = {"rules": {"x": {"examples": [row]}}, "pairs": [{"texts": ["13800138000", "好"]}], "p": None}
    left = {**row, "text": "[mobile]", "value": "是[mobile]吗"}
    assert examples.shown(told) == {
        "rules": {"x": {"examples": [left]}},
        "pairs": [{"texts": ["[mobile]", "好"]}],
        "p": None,
    }
