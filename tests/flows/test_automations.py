"""Each configured channel gets one automation, which fires for real and stays its user's own."""

import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from listening import KEY, Listener
from prefect.client.orchestration import get_client
from prefect.events import emit_event
from prefect.events.schemas.automations import AutomationCore
from pydantic import SecretStr

from daybreak.notifying import Note, compose
from daybreak.notifying.note import EVENTS
from daybreak.settings import Settings
from flows import automations

CARD = compose(Note(kind="refused", project="hotels", at=datetime(2026, 11, 20, tzinfo=UTC), reason="慢了"), "zh")


@pytest.fixture(autouse=True)
def clean(on_stack: Path) -> Iterator[None]:
    yield
    automations.install(Settings(home=Path("/nonexistent")))
    assert automations.served() == set()


def configured(**addresses: str) -> Settings:
    return Settings(home=Path("/nonexistent"), **{f"notify_{name}": SecretStr(url) for name, url in addresses.items()})


def wait_for(done: Callable[[], object], seconds: float = 180.0) -> None:
    deadline = time.monotonic() + seconds
    while not done():
        assert time.monotonic() < deadline
        time.sleep(0.1)


def test_an_event_reaches_the_channel_as_the_direct_way_would(listener: Listener) -> None:
    settings = configured(wecom=listener.address, webhook=listener.address, email="mailto://a@example.com")
    assert automations.install(settings) == ("webhook", "wecom")
    time.sleep(3)  # the server's triggers take a moment to hear of it
    emit_event(CARD.event, {"prefect.resource.id": "daybreak.project.hotels"}, payload=CARD.model_dump(mode="json"))
    wait_for(lambda: len(listener.got) >= 2)
    time.sleep(1)
    bodies = sorted(listener.bodies, key=len)
    assert bodies == [
        {"msgtype": "markdown", "markdown": {"content": f"### {CARD.subject}\n{CARD.markdown}"}},
        CARD.model_dump(mode="json", exclude={"markdown", "mrkdwn", "colour"}),
    ]


def test_doing_it_again_changes_nothing_and_keeps_what_the_user_did(listener: Listener) -> None:
    settings = configured(slack=listener.address)
    automations.install(settings)
    with get_client(sync_client=True) as client:
        (made,) = client.read_automations_by_name("daybreak-notify-slack")
        assert made.trigger.expect == set(EVENTS.values())  # type: ignore[union-attr]
        mine = {**made.model_dump(exclude={"id", "owner_resource"}), "enabled": False, "description": "mine"}
        client.update_automation(made.id, AutomationCore(**mine))
        assert automations.install(settings) == ("slack",)
        (kept,) = client.read_automations_by_name("daybreak-notify-slack")
    assert (kept.id, kept.enabled, kept.description) == (made.id, False, "mine")


def test_the_address_follows_the_settings_and_is_nowhere_to_be_read(listener: Listener) -> None:
    automations.install(configured(slack=f"{listener.address}-old"))
    automations.install(configured(slack=listener.address))
    from prefect.blocks.webhook import Webhook

    assert Webhook.load("daybreak-notify-slack").url.get_secret_value() == listener.address  # type: ignore[union-attr]
    with get_client(sync_client=True) as client:
        (made,) = client.read_automations_by_name("daybreak-notify-slack")
        shown = client.request("POST", "/block_documents/filter", json={}).text
    assert "daybreak-notify-slack" in shown
    assert KEY not in shown + made.model_dump_json()


def test_a_channel_without_an_address_loses_its_automation(listener: Listener) -> None:
    automations.install(configured(slack=listener.address, feishu=listener.address))
    assert automations.served() == {"feishu", "slack"}
    assert automations.install(configured(feishu=listener.address)) == ("feishu",)
    assert automations.served() == {"feishu"}


def test_a_service_that_refuses_is_asked_once_and_its_address_is_not_told(listener: Listener, on_stack: Path) -> None:
    listener.status, listener.answer = 404, b"no such robot"
    automations.install(configured(dingtalk=listener.address))
    time.sleep(3)
    emit_event(CARD.event, {"prefect.resource.id": "daybreak.project.hotels"}, payload=CARD.model_dump(mode="json"))
    wait_for(lambda: "no such robot" in events())
    assert len(listener.got) == 1
    assert KEY not in events() + on_stack.read_text(encoding="utf-8")


def events() -> str:
    """Everything that the server's event feed shows of automations."""
    asked = {"filter": {"event": {"prefix": ["prefect.automation.action"]}}, "limit": 50}
    with get_client(sync_client=True) as client:
        return client.request("POST", "/events/filter", json=asked).text


def test_a_temporary_server_is_not_listened_to(on_stack: Path) -> None:
    from prefect.settings import PREFECT_SERVER_UI_ENABLED, temporary_settings

    assert automations.listens()
    with temporary_settings({PREFECT_SERVER_UI_ENABLED: False}):
        assert not automations.listens()
