"""Slack: an incoming webhook's blocks, with the subject as text for notifications."""

from collections.abc import Mapping
from typing import Any

from daybreak.notifying.channels.post import Post


def _layout(card: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "text": card["subject"],
        "blocks": [
            {"type": "header", "text": {"type": "plain_text", "text": card["subject"]}},
            {"type": "section", "text": {"type": "mrkdwn", "text": card["mrkdwn"]}},
        ],
    }


CHANNEL = Post(_layout)
