"""DingTalk (钉钉): a custom robot's markdown message; every subject holds the word Daybreak, for its keyword check."""

from collections.abc import Mapping
from typing import Any

from daybreak.notifying.channels.post import Post


def _layout(card: Mapping[str, Any]) -> dict[str, Any]:
    text = f"### {card['subject']}\n\n{card['markdown']}"
    return {"msgtype": "markdown", "markdown": {"title": card["subject"], "text": text}}


def _refusal(answer: Any) -> str:
    """DingTalk says no with status 200 and an `errcode` that is not 0."""
    return str(answer.get("errmsg")) if isinstance(answer, dict) and answer.get("errcode") else ""


CHANNEL = Post(_layout, _refusal)
