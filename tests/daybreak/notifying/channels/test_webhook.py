"""A web address of one's own gets every fact of the card as flat JSON."""

from listening import Listener

from daybreak.notifying import Note, compose
from daybreak.notifying.channels.webhook import CHANNEL


def test_the_body_is_the_card(news: Note, listener: Listener) -> None:
    card = compose(news, "en")
    CHANNEL.send(listener.address, card)
    (body,) = listener.bodies
    assert body == card.model_dump(mode="json", exclude={"markdown", "mrkdwn", "colour"})
    assert (body["event"], body["gate"], body["measured"], body["limit"]) == (
        "daybreak.release.refused",
        "latency",
        61.5,
        50.0,
    )
    assert body["bound"] is None
