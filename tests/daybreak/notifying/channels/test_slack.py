"""Slack gets blocks in its own dialect."""

from listening import Listener

from daybreak.notifying import Note, compose
from daybreak.notifying.channels.slack import CHANNEL


def test_the_body_is_as_documented(news: Note, listener: Listener) -> None:
    card = compose(news, "en")
    CHANNEL.send(listener.address, card)
    (body,) = listener.bodies
    assert body["text"] == card.subject
    assert body["blocks"] == [
        {"type": "header", "text": {"type": "plain_text", "text": card.subject}},
        {"type": "section", "text": {"type": "mrkdwn", "text": card.mrkdwn}},
    ]
    assert "&lt;&amp;&gt;" in body["blocks"][1]["text"]["text"]
