"""Cases that promise words."""

from typing import Any


def test_golden_cases_promise_words(told: Any) -> None:
    found = told("golden")
    assert (found["cases"], found["not_asked"]) == (2, 1)
    assert [each["text"] for each in found["failed"]] == ["房间 3?"]
    assert [each["text"] for each in found["answers"]] == ["房间 3?", "早餐?"]
