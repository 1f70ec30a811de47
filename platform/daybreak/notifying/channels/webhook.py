"""Any web address of your own: the whole card as flat JSON, without the markup meant for chats."""

from collections.abc import Mapping
from typing import Any

from daybreak.notifying.channels.post import Post

_FOR_CHATS = {"markdown", "mrkdwn", "colour"}


def _layout(card: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in card.items() if name not in _FOR_CHATS}


CHANNEL = Post(_layout)
