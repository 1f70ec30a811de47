"""DingTalk gets its markdown message, and its refusals with status 200 are seen."""

import pytest
from listening import Listener

from daybreak.errors import NotDelivered
from daybreak.notifying import Note, compose
from daybreak.notifying.channels.dingtalk import CHANNEL


def test_the_body_is_as_documented(news: Note, listener: Listener) -> None:
    card = compose(news, "zh")
    CHANNEL.send(listener.address, card)
    (body,) = listener.bodies
    assert body["msgtype"] == "markdown"
    assert body["markdown"] == {"title": card.subject, "text": f"### {card.subject}\n\n{card.markdown}"}
    assert "Daybreak" in body["markdown"]["text"], "the keyword that a robot may demand"


def test_a_refusal_is_told(news: Note, listener: Listener) -> None:
    listener.answer = b'{"errcode": 310000, "errmsg": "keywords not in content"}'
    with pytest.raises(NotDelivered, match="keywords not in content"):
        CHANNEL.send(listener.address, compose(news, "zh"))
