"""Automations of Prefect that pass our events on to channels: made once, then the user's own to edit or switch off."""

import contextlib
from typing import cast
from uuid import UUID

from prefect.automations import Automation, EventTrigger
from prefect.blocks.webhook import Webhook
from prefect.client.orchestration import get_client
from prefect.events.actions import CallWebhook
from prefect.settings import get_current_settings
from prefect.types import SecretDict
from pydantic import SecretStr

from daybreak.notifying import channels
from daybreak.notifying.channels.post import Post
from daybreak.notifying.note import EVENTS
from daybreak.settings import Settings

_PREFIX = "daybreak-notify-"
_ABOUT = "Tells {channel} what became of a night. Edit it, or switch it off, as you like: Daybreak makes it only once."


def install(settings: Settings) -> tuple[str, ...]:
    """Give each configured channel that an automation can serve one, on the Prefect server this process talks to.

    An automation that exists stays as its user left it; its address, a block with a secret, follows the settings.
    That of a channel without an address goes. Returns the channels that are served now. Doing it again changes nothing.
    """
    wanted = {name: channel for name, channel in _posts().items() if name in settings.addresses}
    existing = served()
    for name in existing - wanted.keys():
        _remove(name)
    for name, channel in wanted.items():
        block = _save_address(name, settings.addresses[name])
        if name not in existing:
            _create(name, channel, block)
    return tuple(wanted)


def listens() -> bool:
    """Whether the Prefect server of this process stays and has a UI; a run's own temporary one has not."""
    settings = get_current_settings()
    return bool(settings.api.url and settings.server.ui.enabled)


def served() -> set[str]:
    """Channels that have an automation, switched on or off."""
    with get_client(sync_client=True) as client:
        return {name for name in _posts() if client.read_automations_by_name(_PREFIX + name)}


def _posts() -> dict[str, Post]:
    found = {name: module.CHANNEL for name, module in channels.discover().items()}
    return {name: channel for name, channel in found.items() if isinstance(channel, Post)}


def _save_address(name: str, address: str) -> UUID:
    headers = SecretDict({"Content-Type": "application/json; charset=utf-8"})
    block = Webhook(url=SecretStr(address), headers=headers)
    return cast(UUID, block.save(_PREFIX + name, overwrite=True))


def _create(name: str, channel: Post, block: UUID) -> None:
    Automation(
        name=_PREFIX + name,
        description=_ABOUT.format(channel=name),
        trigger=EventTrigger(expect=set(EVENTS.values()), match={"prefect.resource.id": "daybreak.project.*"}),
        actions=[CallWebhook(block_document_id=block, payload=channel.template())],
    ).create()


def _remove(name: str) -> None:
    with get_client(sync_client=True) as client:
        for automation in client.read_automations_by_name(_PREFIX + name):
            client.delete_automation(automation.id)
    with contextlib.suppress(ValueError):  # its user was faster
        Webhook.delete(_PREFIX + name)
