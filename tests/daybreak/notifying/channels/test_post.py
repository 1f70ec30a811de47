"""A body is one JSON, sent directly or made by an automation's template, and no error tells the address."""

import json
from typing import Any

import pytest
from listening import KEY, Listener

from daybreak.errors import NotDelivered
from daybreak.notifying import Card, Note, channels, compose
from daybreak.notifying.channels.post import Post, fetch

POSTS = {name: each.CHANNEL for name, each in channels.discover().items() if isinstance(each.CHANNEL, Post)}


def rendered(channel: Post, card: Card) -> Any:
    """The template as Prefect's server renders it."""
    from prefect.server.utilities.user_templates import render_user_template_sync, validate_user_template

    validate_user_template(channel.template())
    event = {"payload": card.model_dump(mode="json")}
    return json.loads(render_user_template_sync(channel.template(), {"event": event}))


@pytest.mark.parametrize("name", POSTS)
def test_an_automation_sends_the_very_same_body(name: str, news: Note, listener: Listener) -> None:
    card = compose(news.model_copy(update={"reason": 'quotes " and \\ and\nlines, <b>, 引号“”, {{ braces }}'}), "zh")
    POSTS[name].send(listener.address, card)
    assert listener.bodies == [rendered(POSTS[name], card)]


@pytest.mark.parametrize("name", POSTS)
def test_a_body_is_posted_as_json_in_utf8(name: str, news: Note, listener: Listener) -> None:
    POSTS[name].send(listener.address, compose(news, "zh"))
    ((verb, path, body),) = listener.got
    assert (verb, path) == ("POST", f"/send?key={KEY}")
    assert "把关项".encode() in body


@pytest.mark.parametrize("name", POSTS)
@pytest.mark.parametrize("status", [400, 403, 500])
def test_a_status_of_failure_is_an_error(name: str, status: int, news: Note, listener: Listener) -> None:
    listener.status = status
    with pytest.raises(NotDelivered, match=f"answered {status}") as caught:
        POSTS[name].send(listener.address, compose(news, "en"))
    assert KEY not in str(caught.value)


@pytest.mark.parametrize(
    "answer", [b"", b"ok", b"[]", b"<html>", b'{"errcode": 0}', b'{"code": 0}', "好".encode("gbk")]
)
@pytest.mark.parametrize("name", POSTS)
def test_any_other_answer_with_200_is_fine(name: str, answer: bytes, news: Note, listener: Listener) -> None:
    listener.answer = answer
    POSTS[name].send(listener.address, compose(news, "en"))


@pytest.mark.parametrize(
    "address",
    [
        "http://127.0.0.1:9/geheim-693a91f6",
        "http://no-such-host.invalid/geheim-693a91f6",
        "http://127.0.0.1:99999/geheim-693a91f6",
        "http://[::1/geheim-693a91f6",
        "http://a b/geheim-693a91f6",
    ],
)
def test_no_error_tells_the_address(address: str) -> None:
    with pytest.raises(NotDelivered) as caught:
        fetch(address)
    assert KEY not in str(caught.value)
    assert caught.value.__cause__ is None
