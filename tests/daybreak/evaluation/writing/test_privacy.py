"""Personal data in answers, beyond what was given."""

from typing import Any

from daybreak.evaluation.writing import privacy


def test_what_the_prompt_held_is_not_counted() -> None:
    assert not privacy.beyond("打 138-0013-8000 找我", "好的，13800138000。")
    assert [each.kind for each in privacy.beyond("打给谁？", "打13800138000")] == ["mobile"]
    pairs = [
        ("写给谁？", "写信给 zhangsan@example.cn 吧"),
        ("zhangsan@example.cn", "是 zhangsan@example.cn"),
        ("", "没有"),
    ]
    found = privacy.look_into(pairs)
    assert (found["prompts"], found["personal"], found["by_kind"]) == (3, 1, {"email": 1})
    assert found["examples"] == [{"text": "写信给 zh… 吧"}]


def test_test_rows_are_what_is_asked(told: Any) -> None:
    assert told("privacy") == {"prompts": 60, "personal": 0, "by_kind": {}, "examples": [], "canaries": None}
