"""WeCom gets its markdown message, and its refusals with status 200 are seen."""

import pytest
from listening import Listener

from daybreak.errors import NotDelivered
from daybreak.notifying import Note, compose
from daybreak.notifying.channels.wecom import CHANNEL


def test_the_body_is_as_documented(news: Note, listener: Listener) -> None:
    card = compose(news, "zh")
    CHANNEL.send(listener.address, card)
    content = f"### {card.subject}\n{card.markdown}"
    assert listener.bodies == [{"msgtype": "markdown", "markdown": {"content": content}}]


def test_a_refusal_is_told_without_the_address(news: Note, listener: Listener) -> None:
    listener.answer = f'{{"errcode": 93000, "errmsg": "invalid webhook url {listener.address}"}}'.encode()
    with pytest.raises(NotDelivered, match="the service refused: invalid webhook url …"):
        CHANNEL.send(listener.address, compose(news, "zh"))
