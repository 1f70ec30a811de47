"""When a schedule fell due, computed from the schedule itself."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from cronsim import CronSim, CronSimError

from daybreak.errors import BadInput

# A minutely schedule over a long outage: nobody wants more, and counting them all would take minutes.
MOST = 1000


def due_times(cron: str, timezone: str, after: datetime, until: datetime, most: int = MOST) -> list[datetime]:
    """Due times in `(after, until]`, oldest first, in `timezone`; if there are more than `most`, the newest of them.

    Clock changes are met as Debian's cron(8) does: a daily time that is skipped in spring falls due right after the
    gap, one that comes twice in autumn falls due once. Raises BadInput for a cron line or time zone nobody can read.
    """
    try:
        zone = ZoneInfo(timezone)
        # A microsecond later, because the walk backwards begins strictly before its start.
        backwards = CronSim(cron, (until.astimezone(UTC) + timedelta(microseconds=1)).astimezone(zone), reverse=True)
    except (CronSimError, ZoneInfoNotFoundError, ValueError) as error:
        raise BadInput(
            f"the schedule {cron!r} in {timezone!r} cannot be read ({error})", "a cron line and IANA zone"
        ) from None
    found: list[datetime] = []
    for due in backwards:
        if due <= after or len(found) == most:
            break
        found.append(due)
    return found[::-1]
