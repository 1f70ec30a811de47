"""Conversations in the ways people write them, and what makes one unusable."""

import json
from typing import Any

import pytest

from daybreak.data.reading import conversation
from daybreak.errors import DataError


def said(*roles: str) -> list[dict[str, str]]:
    return [{"role": role, "content": "好"} for role in roles]


def test_turns_come_as_a_list_or_as_json() -> None:
    found = said("system", "user", "assistant", "tool")
    assert conversation.turns(found) == found
    assert conversation.turns(json.dumps(found)) == found


def test_other_names_for_the_same_are_understood() -> None:
    found = conversation.turns([{"from": "human", "value": "问"}, {"from": "gpt", "value": "答"}])
    assert found == [{"role": "user", "content": "问"}, {"role": "assistant", "content": "答"}]


@pytest.mark.parametrize(
    ("roles", "answered"),
    [
        (("user", "assistant"), True),
        (("system", "user", "assistant", "user"), True),
        (("user",), False),
        (("assistant",), False),
        (("assistant", "user"), False),
        (("system", "assistant"), False),
    ],
)
def test_an_answer_follows_a_question(roles: tuple[str, ...], answered: bool) -> None:
    assert conversation.is_answered(said(*roles)) is answered


def test_an_empty_answer_is_none() -> None:
    assert not conversation.is_answered([*said("user"), {"role": "assistant", "content": " "}])


@pytest.mark.parametrize(
    ("value", "message"),
    [
        ("not JSON", "it is not JSON"),
        ("[" * 100_000, "it is not JSON"),
        ({"role": "user"}, "it is a dict, not a list of turns"),
        (["好"], "turn 1 is a str, not an object"),
        ([{"content": "好"}], "turn 1 has no role of assistant, system, tool, user"),
        ([{"role": "robot", "content": "好"}], "turn 1 has no role of"),
        ([{"role": "user", "content": None}], "turn 1 has no text as its content"),
        (said("user", "system"), "turn 2 is a system prompt, which only the first may be"),
    ],
)
def test_what_is_no_conversation_is_said(value: Any, message: str) -> None:
    with pytest.raises(DataError, match=message):
        conversation.turns(value)
