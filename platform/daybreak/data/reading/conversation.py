"""The turns of a conversation: a system prompt if any, questions, answers; the last answer is the reference."""

import json
from typing import Any

from daybreak.errors import DataError

Turn = dict[str, str]

ROLES = {
    "system": "system",
    "user": "user",
    "assistant": "assistant",
    "tool": "tool",
    "human": "user",  # as ShareGPT and its likes write it, with the keys below
    "gpt": "assistant",
}
ROLE_KEYS = ("role", "from")
CONTENT_KEYS = ("content", "value")


def turns(value: Any) -> list[Turn]:
    """A list of {role, content}, or its JSON. Raises DataError, with what is wrong with which turn."""
    if isinstance(value, str):
        try:
            value = json.loads(value)
        except (ValueError, RecursionError):
            raise DataError("it is not JSON") from None
    if not isinstance(value, list):
        raise DataError(f"it is a {type(value).__name__}, not a list of turns")
    return [_turn(number, each) for number, each in enumerate(value, start=1)]


def is_answered(found: list[Turn]) -> bool:
    """Whether an assistant said something after somebody asked."""
    roles = [turn["role"] for turn in found]
    answers = [number for number, turn in enumerate(found) if turn["role"] == "assistant" and turn["content"].strip()]
    return bool(answers) and "user" in roles[: answers[-1]]


def _turn(number: int, value: Any) -> Turn:
    if not isinstance(value, dict):
        raise DataError(f"turn {number} is a {type(value).__name__}, not an object")
    role = ROLES.get(next((value[key] for key in ROLE_KEYS if isinstance(value.get(key), str)), ""))
    content = next((value[key] for key in CONTENT_KEYS if isinstance(value.get(key), str)), None)
    if role is None:
        raise DataError(f"turn {number} has no role of {', '.join(sorted(set(ROLES.values())))}")
    if content is None:
        raise DataError(f"turn {number} has no text as its content")
    if role == "system" and number > 1:
        raise DataError(f"turn {number} is a system prompt, which only the first may be")
    return {"role": role, "content": content}
