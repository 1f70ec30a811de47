"""People are told by the stack or directly, never by both; and telling fails nothing."""

import json
import logging
import time
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from listening import KEY, Listener, Mailbox
from making import Finished
from prefect.client.orchestration import get_client
from pydantic import SecretStr

from daybreak.night import Night
from daybreak.settings import Settings
from flows import automations, telling


def with_addresses(night: Night, **addresses: str) -> Night:
    changes = {name: SecretStr(address) for name, address in addresses.items()}
    return replace(night, settings=night.settings.model_copy(update=changes))


def test_without_a_stack_everybody_is_told_directly(finished: Finished, listener: Listener, mailbox: Mailbox) -> None:
    night = with_addresses(
        finished.night,
        notify_webhook=listener.address,
        notify_email=mailbox.address(),
        heartbeat_url=f"{listener.address}&beat",
    )
    telling.tell_of(night, finished.record)
    (verb, _, _), (beat, path, _) = listener.got
    assert (verb, beat, path) == ("POST", "GET", f"/send?key={KEY}&beat")
    told = json.loads(listener.got[0][2])
    assert (told["event"], told["project"]) == ("daybreak.release.released", "sample")
    assert (told["gate"], told["version"], told["champion_version"]) == ("quality", 1, 1)
    assert told["report"].endswith("report.html")
    assert len(mailbox.got) == 1


def test_an_unchanged_night_only_beats(finished: Finished, listener: Listener) -> None:
    night = with_addresses(finished.night, notify_webhook=listener.address, heartbeat_url=listener.address)
    telling.tell_of(night, finished.record.model_copy(update={"status": "unchanged"}))
    assert [verb for verb, _, _ in listener.got] == ["GET"]


def test_missed_nights_and_held_batches(finished: Finished, listener: Listener) -> None:
    night = with_addresses(finished.night, notify_webhook=listener.address)
    now = datetime.now(UTC)
    telling.tell_missed(night.settings, "hotels", [now - timedelta(days=1), now])
    telling.tell_missed(night.settings, "hotels", [])
    telling.tell_of_batches(night, [])
    (body,) = listener.bodies
    assert (body["event"], body["project"], body["count"]) == ("daybreak.run.missed", "hotels", 2)


def test_what_fails_is_logged_without_the_address_and_fails_nothing(
    finished: Finished, listener: Listener, caplog: pytest.LogCaptureFixture
) -> None:
    listener.status = 500
    night = with_addresses(finished.night, notify_slack=listener.address)
    logging.getLogger("prefect").addHandler(caplog.handler)
    telling.tell_of(night, finished.record)
    telling.tell_of(night, None)  # type: ignore[arg-type]
    logging.getLogger("prefect").removeHandler(caplog.handler)
    assert "slack was not told: the service answered 500" in caplog.text
    assert "Nobody was told" in caplog.text
    assert KEY not in caplog.text


def test_a_channel_that_hangs_costs_seconds(finished: Finished, listener: Listener) -> None:
    listener.slow = True
    night = with_addresses(finished.night, notify_slack=listener.address, notify_wecom=listener.address)
    began = time.monotonic()
    telling.tell_of(night, finished.record)
    assert time.monotonic() - began < 60, "the listener hangs for longer"


def test_with_the_stack_each_channel_is_told_once(
    finished: Finished, listener: Listener, mailbox: Mailbox, on_stack: Path
) -> None:
    night = with_addresses(
        finished.night,
        notify_webhook=listener.address,
        notify_slack=f"{listener.address}&slack",
        notify_email=mailbox.address(),
    )
    automations.install(Settings(home=night.settings.home, notify_webhook=SecretStr(listener.address)))
    time.sleep(3)
    record = finished.record.model_copy(update={"prefect": {"flow_run_id": "8b9a2b64-5a55-4a3e-9c9e-111111111111"}})
    telling.tell_of(night, record)
    deadline = time.monotonic() + 180
    while len(listener.got) < 2 and time.monotonic() < deadline:
        time.sleep(0.1)
    time.sleep(1)
    automations.install(Settings(home=night.settings.home))
    assert sorted(path for _, path, _ in listener.got) == [f"/send?key={KEY}", f"/send?key={KEY}&slack"]
    assert len(mailbox.got) == 1
    (event,) = emitted("daybreak.release.released")
    assert event["resource"]["prefect.resource.id"] == "daybreak.project.sample"
    assert [each["prefect.resource.id"] for each in event["related"]] == [
        "prefect.flow-run.8b9a2b64-5a55-4a3e-9c9e-111111111111"
    ]
    assert event["payload"]["subject"] == "Daybreak · sample: version 1 released"
    assert KEY not in str(event) + on_stack.read_text(encoding="utf-8")


def emitted(name: str) -> list[dict[str, Any]]:
    """The events of that name, once the server has written any: it collects them for some seconds."""
    question = {"filter": {"event": {"name": [name]}}, "limit": 50}
    events: list[dict[str, Any]] = []
    deadline = time.monotonic() + 180
    with get_client(sync_client=True) as client:
        while not events and time.monotonic() < deadline:
            time.sleep(0.5)
            events = client.request("POST", "/events/filter", json=question).json()["events"]
    return events
