"""Feishu (飞书) and Lark: a custom robot's card; every subject holds the word Daybreak, for its keyword check."""

from collections.abc import Mapping
from typing import Any

from daybreak.notifying.channels.post import Post


def _layout(card: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "msg_type": "interactive",
        "card": {
            "header": {"template": card["colour"], "title": {"tag": "plain_text", "content": card["subject"]}},
            "elements": [{"tag": "markdown", "content": card["markdown"]}],
        },
    }


def _refusal(answer: Any) -> str:
    """Feishu says no with status 200 and a `code` that is not 0."""
    return str(answer.get("msg")) if isinstance(answer, dict) and answer.get("code") else ""


CHANNEL = Post(_layout, _refusal)
