"""Watches over the stack: beats its heart, settles what an outage missed, closes runs whose process is gone."""

import sys
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

from daybreak.projects import find_checkout
from daybreak.settings import Settings, load_settings
from daybreak.stack import heartbeat
from flows import missing
from flows.reaping import Reaper

# The clock is looked at more often than Prefect is asked, and than a worker asks for work: after a night's sleep
# it must not start what is about to be written off.
LOOK_SECONDS = 0.5
BEAT_SECONDS = 5.0
OUTAGE = timedelta(seconds=60)


def is_outage(last: datetime | None, now: datetime) -> bool:
    """Whether the heart stood still: the machine slept, its clock was set forward, or Prefect's server was away.

    A clock set back is none: what runs twice on it, Prefect knows to have run already.
    """
    return last is not None and now - last > OUTAGE


def watch_once(settings: Settings, reaper: Reaper) -> None:
    """One look at everything; the heart beats only if Prefect's server answered."""
    if is_outage(heartbeat.last(settings.stack), datetime.now(UTC)):
        missing.settle(settings)
    reaper.look()
    heartbeat.beat(settings.stack)


def watch(settings: Settings) -> None:
    """Look after the stack until this process is ended. What goes wrong is said, and tried again."""
    reaper = Reaper()
    while True:
        try:
            watch_once(settings, reaper)
        except Exception as error:  # a server that is being restarted, a database that is busy
            sys.stderr.write(f"{datetime.now(UTC):%Y-%m-%d %H:%M:%S} {type(error).__name__}: {error}\n")
        rest(BEAT_SECONDS)


def rest(seconds: float) -> None:
    """Sleep, but no longer than until the clock jumps."""
    deadline, before = time.monotonic() + seconds, datetime.now(UTC)
    while time.monotonic() < deadline and not is_outage(before, datetime.now(UTC)):
        before = datetime.now(UTC)
        time.sleep(LOOK_SECONDS)


if __name__ == "__main__":
    watch(load_settings(find_checkout(Path.cwd())))
