"""Delivers a card to channels, all at once and within seconds, and remembers what each of them answered."""

import contextlib
import json
import threading
import time
from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, datetime

from daybreak.errors import DaybreakError
from daybreak.notifying import channels
from daybreak.notifying.card import Card
from daybreak.notifying.channels.post import fetch
from daybreak.records import Record
from daybreak.settings import Settings

# Nothing that a channel does keeps a night longer than this.
PATIENCE_SECONDS = 5.0


class Delivery(Record):
    """What came of one message on one channel; `error` is empty when it was taken."""

    channel: str
    at: datetime
    subject: str
    error: str = ""


def send(
    settings: Settings, card: Card, only: Iterable[str] | None = None, seconds: float = PATIENCE_SECONDS
) -> tuple[Delivery, ...]:
    """Send the card to every channel that has an address, or to those named; raises nothing.

    Takes `seconds` at most: a channel that is not done by then counts as failed.
    """
    known = channels.discover()
    wanted = settings.addresses if only is None else {name: settings.addresses[name] for name in only}
    jobs = {name: _job(known[name].CHANNEL.send, address, card) for name, address in wanted.items()}
    return _keep(settings, card.subject, _together(jobs, seconds))


def beat(settings: Settings, seconds: float = PATIENCE_SECONDS) -> tuple[Delivery, ...]:
    """Call the heartbeat address, if there is one: whoever watches it raises the alarm when no call comes."""
    if not settings.heartbeat_url:
        return ()
    jobs = {"heartbeat": _job(fetch, settings.heartbeat_url.get_secret_value())}
    return _keep(settings, "heartbeat", _together(jobs, seconds))


def deliveries(settings: Settings) -> dict[str, Delivery]:
    """The last delivery of each channel, for whoever asks how they are."""
    found = {}
    with contextlib.suppress(OSError):
        for line in (settings.home / "notifications.jsonl").read_text(encoding="utf-8").splitlines():
            with contextlib.suppress(ValueError):  # a line that a full disk cut short
                delivery = Delivery.model_validate_json(line)
                found[delivery.channel] = delivery
    return found


def _job(work: Callable[..., object], *arguments: object) -> Callable[[], str]:
    def run() -> str:
        try:
            work(*arguments)
        except DaybreakError as error:
            return str(error)
        except Exception as error:  # whatever it is: its text may hold the address, its name does not
            return f"{type(error).__name__}"
        return ""

    return run


def _together(jobs: Mapping[str, Callable[[], str]], seconds: float) -> dict[str, str]:
    """The error of each job ("" for none). Threads that are not done in time are left behind, and die with us."""
    errors = dict.fromkeys(jobs, f"no answer within {seconds:g} s")

    def work(name: str) -> None:
        errors[name] = jobs[name]()

    threads = [threading.Thread(target=work, args=(name,), name=f"notify-{name}", daemon=True) for name in jobs]
    deadline = time.monotonic() + seconds
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(max(0.0, deadline - time.monotonic()))
    return dict(errors)


def _keep(settings: Settings, subject: str, errors: Mapping[str, str]) -> tuple[Delivery, ...]:
    now = datetime.now(UTC)
    done = tuple(Delivery(channel=name, at=now, subject=subject, error=error) for name, error in errors.items())
    if not done:
        return ()
    with contextlib.suppress(OSError):
        settings.home.mkdir(parents=True, exist_ok=True)
        with (settings.home / "notifications.jsonl").open("a", encoding="utf-8") as stream:
            stream.writelines(json.dumps(each.model_dump(mode="json"), ensure_ascii=False) + "\n" for each in done)
    return done
