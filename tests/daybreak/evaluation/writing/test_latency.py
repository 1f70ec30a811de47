"""Tokens are timed one by one."""

from typing import Any


def test_tokens_are_timed(told: Any) -> None:
    found = told("latency")
    assert found["unit"] == "token"
    assert len(found["batches"]["1"]["milliseconds"]) >= 59
    assert found["first_token"]["p50"] > 0
