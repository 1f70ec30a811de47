"""Feishu gets a card in the colour of the news, and its refusals with status 200 are seen."""

import pytest
from listening import Listener

from daybreak.errors import NotDelivered
from daybreak.notifying import Note, compose
from daybreak.notifying.channels.feishu import CHANNEL


@pytest.mark.parametrize(("kind", "colour"), [("refused", "red"), ("released", "green"), ("held", "orange")])
def test_the_body_is_as_documented(news: Note, listener: Listener, kind: str, colour: str) -> None:
    card = compose(news.model_copy(update={"kind": kind}), "zh")
    CHANNEL.send(listener.address, card)
    header = {"template": colour, "title": {"tag": "plain_text", "content": card.subject}}
    elements = [{"tag": "markdown", "content": card.markdown}]
    assert listener.bodies == [{"msg_type": "interactive", "card": {"header": header, "elements": elements}}]


def test_a_refusal_is_told(news: Note, listener: Listener) -> None:
    listener.answer = b'{"code": 19024, "msg": "Key Words Not Found"}'
    with pytest.raises(NotDelivered, match="Key Words Not Found"):
        CHANNEL.send(listener.address, compose(news, "zh"))
