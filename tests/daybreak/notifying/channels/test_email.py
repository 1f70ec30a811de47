"""A real mail server takes the mail, Chinese subject and all; a refusal never tells the password."""

import pytest
from listening import KEY, Mailbox

from daybreak.errors import NotDelivered
from daybreak.notifying import Note, compose
from daybreak.notifying.channels.email import CHANNEL


def test_the_mail_arrives_as_it_was_written(news: Note, mailbox: Mailbox) -> None:
    card = compose(news, "zh")
    CHANNEL.send(mailbox.address(), card)
    (mail,) = mailbox.got
    assert mail["Subject"] == "Daybreak · hotels: 未发布：把关项 latency 未通过"
    assert "team@example.com" in mail["To"]
    body = mail.get_body(("plain",))
    assert body is not None
    lines = [line.strip() for line in body.get_content().strip().splitlines()]
    assert lines == [line.strip() for line in card.body.splitlines()]


def test_each_recipient_gets_it(news: Note, mailbox: Mailbox) -> None:
    CHANNEL.send(mailbox.address("a@example.com,b@example.com"), compose(news, "en"))
    assert len(mailbox.got) == 2


def test_a_refusal_does_not_tell_the_password(news: Note, mailbox: Mailbox) -> None:
    mailbox.refuses = True
    with pytest.raises(NotDelivered, match="the mail was not taken") as caught:
        CHANNEL.send(mailbox.address(), compose(news, "en"))
    assert KEY not in str(caught.value)
    assert mailbox.got == []


def test_nobody_there(news: Note) -> None:
    with pytest.raises(NotDelivered, match="the mail was not taken") as caught:
        CHANNEL.send(f"mailto://night:{KEY}@127.0.0.1:9?to=team@example.com&from=a@example.com", compose(news, "en"))
    assert KEY not in str(caught.value)


def test_no_mail_address(news: Note) -> None:
    with pytest.raises(NotDelivered, match="DAYBREAK_NOTIFY_EMAIL is no mail address"):
        CHANNEL.send("mailto://", compose(news, "en"))
