"""WeCom (企业微信): a group robot's markdown message, at most 4,096 bytes."""

from collections.abc import Mapping
from typing import Any

from daybreak.notifying.channels.post import Post


def _layout(card: Mapping[str, Any]) -> dict[str, Any]:
    return {"msgtype": "markdown", "markdown": {"content": f"### {card['subject']}\n{card['markdown']}"}}


def _refusal(answer: Any) -> str:
    """WeCom says no with status 200 and an `errcode` that is not 0."""
    return str(answer.get("errmsg")) if isinstance(answer, dict) and answer.get("errcode") else ""


CHANNEL = Post(_layout, _refusal)
