"""A card reaches every channel that has an address; one that fails or hangs costs seconds and is remembered."""

import time
from pathlib import Path

import pytest
from listening import KEY, Listener, Mailbox
from pydantic import SecretStr

from daybreak.notifying import Note, beat, channels, compose, deliveries, send
from daybreak.settings import Settings


def settings(home: Path, **addresses: str) -> Settings:
    return Settings(home=home, **{name: SecretStr(address) for name, address in addresses.items()})


def test_every_channel_has_a_setting(tmp_path: Path) -> None:
    fields = {name.removeprefix("notify_") for name in Settings.model_fields if name.startswith("notify_")}
    assert fields - {"language"} == set(channels.discover())


def test_a_card_reaches_all_of_them(news: Note, listener: Listener, mailbox: Mailbox, tmp_path: Path) -> None:
    addresses = dict.fromkeys(("notify_wecom", "notify_slack", "notify_webhook"), listener.address)
    found = settings(tmp_path, **addresses, notify_email=mailbox.address())
    done = send(found, compose(news, "zh"))
    assert {each.channel: each.error for each in done} == dict.fromkeys(("webhook", "wecom", "slack", "email"), "")
    assert len(listener.got) == 3
    assert len(mailbox.got) == 1


def test_only_those_named_are_told(news: Note, listener: Listener, tmp_path: Path) -> None:
    found = settings(tmp_path, notify_wecom=listener.address, notify_slack=listener.address)
    assert [each.channel for each in send(found, compose(news, "en"), {"slack"})] == ["slack"]
    assert send(found, compose(news, "en"), set()) == ()
    assert len(listener.got) == 1


def test_without_an_address_nothing_happens(news: Note, tmp_path: Path) -> None:
    assert send(Settings(home=tmp_path / "home"), compose(news, "en")) == ()
    assert beat(Settings(home=tmp_path / "home")) == ()
    assert not (tmp_path / "home").exists()


def test_one_that_fails_hinders_no_other(news: Note, listener: Listener, tmp_path: Path) -> None:
    found = settings(tmp_path, notify_slack="http://127.0.0.1:9/T0/secret-hook", notify_wecom=listener.address)
    done = {each.channel: each.error for each in send(found, compose(news, "en"))}
    assert done["wecom"] == ""
    assert "not reached: Connection refused" in done["slack"]
    assert "secret-hook" not in done["slack"]


def test_one_that_hangs_costs_no_more_than_its_time(news: Note, listener: Listener, tmp_path: Path) -> None:
    listener.slow = True
    began = time.monotonic()
    (done,) = send(settings(tmp_path, notify_slack=listener.address), compose(news, "en"), seconds=0.5)
    assert time.monotonic() - began < 60, "the listener hangs for longer"
    assert done.error == "no answer within 0.5 s"


def test_the_last_word_of_each_channel_is_remembered(news: Note, listener: Listener, tmp_path: Path) -> None:
    found = settings(tmp_path, notify_slack=listener.address, heartbeat_url=listener.address)
    assert deliveries(found) == {}
    send(found, compose(news, "zh"))
    listener.status = 404
    send(found, compose(news, "zh"))
    beat(found)
    assert {name: each.error for name, each in deliveries(found).items()} == dict.fromkeys(
        ("slack", "heartbeat"), "The service answered 404 Not Found.".replace("The", "the")
    )
    assert deliveries(found)["slack"].subject.startswith("Daybreak · hotels")
    assert KEY not in (tmp_path / "notifications.jsonl").read_text(encoding="utf-8")


def test_a_line_that_was_cut_short_is_passed_over(news: Note, listener: Listener, tmp_path: Path) -> None:
    found = settings(tmp_path, notify_slack=listener.address)
    send(found, compose(news, "en"))
    with (tmp_path / "notifications.jsonl").open("a", encoding="utf-8") as stream:
        stream.write('{"channel": "sl')
    assert deliveries(found)["slack"].error == ""


def test_a_home_that_cannot_be_written_fails_nothing(news: Note, listener: Listener, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("", encoding="utf-8")
    (done,) = send(settings(tmp_path / "file", notify_slack=listener.address), compose(news, "en"))
    assert done.error == ""


def test_the_heartbeat_is_a_get(listener: Listener, tmp_path: Path) -> None:
    (done,) = beat(settings(tmp_path, heartbeat_url=listener.address))
    assert done.error == ""
    assert [(verb, path, body) for verb, path, body in listener.got] == [("GET", f"/send?key={KEY}", b"")]


@pytest.mark.parametrize("status", [404, 500])
def test_a_heartbeat_that_nobody_takes_is_an_error(listener: Listener, tmp_path: Path, status: int) -> None:
    listener.status = status
    (done,) = beat(settings(tmp_path, heartbeat_url=listener.address))
    assert f"the service answered {status}" in done.error
