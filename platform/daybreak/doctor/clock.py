"""Whether the clock can be right: nothing that Daybreak wrote lies in the future, and a time zone is known."""

import time
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from daybreak.doctor.base import Finding, Patient, fault, healthy

SLACK_SECONDS = 300.0


def check(patient: Patient) -> Iterator[Finding]:
    """One finding."""
    yield judge(time.time(), newest(patient.settings.home, patient.checkout / ".git"), patient.settings.timezone)


def judge(now: float, last_seen: float, timezone: str) -> Finding:
    """Whether `now` can be right, when something was already written at `last_seen` (both seconds since the epoch)."""
    if last_seen > now + SLACK_SECONDS:
        ahead = (last_seen - now) / 3600
        return fault("clock", f"files were written {ahead:.1f} h after now", "Set the clock: timedatectl set-ntp true")
    here = datetime.fromtimestamp(now, ZoneInfo(timezone))
    return healthy("clock", f"{here:%Y-%m-%d %H:%M %Z}; schedules are meant in {timezone} (DAYBREAK_TIMEZONE)")


def newest(*places: Path) -> float:
    """When the youngest entry right below these folders was changed, in seconds since the epoch."""
    entries = (entry for place in places if place.is_dir() for entry in place.iterdir())
    return max((entry.lstat().st_mtime for entry in entries), default=0.0)
