"""Due times are those of the schedule, in its time zone, on both sides of a clock change."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from daybreak.errors import BadInput
from daybreak.stack.due import MOST, due_times

NIGHTLY = "0 2 * * *"
A_DAY = timedelta(days=1)


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def found(cron: str, timezone: str, after: str, until: str) -> list[str]:
    return [f"{due.astimezone(UTC):%m-%d %H:%M}" for due in due_times(cron, timezone, utc(after), utc(until))]


def test_a_night_in_shanghai_is_the_evening_before_in_utc() -> None:
    assert found(NIGHTLY, "Asia/Shanghai", "2026-10-24T10:00", "2026-10-26T10:00") == ["10-24 18:00", "10-25 18:00"]


def test_the_outage_begins_after_its_start_and_ends_with_its_end() -> None:
    assert found(NIGHTLY, "UTC", "2026-11-20T02:00", "2026-11-22T02:00") == ["11-21 02:00", "11-22 02:00"]
    assert found(NIGHTLY, "UTC", "2026-11-20T02:00", "2026-11-22T01:59") == ["11-21 02:00"]


@pytest.mark.parametrize(
    ("timezone", "cron", "after", "until", "expected"),
    [
        (
            "Europe/Berlin",
            NIGHTLY,
            "2026-03-27T12:00",
            "2026-03-30T12:00",
            ["03-28 01:00", "03-29 01:00", "03-30 00:00"],
        ),
        (
            "Europe/Berlin",
            NIGHTLY,
            "2026-10-23T12:00",
            "2026-10-26T12:00",
            ["10-24 00:00", "10-25 00:00", "10-26 01:00"],
        ),
        ("America/New_York", "30 2 * * *", "2026-03-07T12:00", "2026-03-09T12:00", ["03-08 07:00", "03-09 06:30"]),
        ("America/New_York", "30 1 * * *", "2026-10-31T12:00", "2026-11-02T12:00", ["11-01 05:30", "11-02 06:30"]),
    ],
    ids=["spring", "autumn", "spring in New York", "autumn in New York"],
)
def test_a_clock_change_neither_loses_nor_doubles_a_night(
    timezone: str, cron: str, after: str, until: str, expected: list[str]
) -> None:
    assert found(cron, timezone, after, until) == expected


def test_every_minute_goes_on_through_the_hour_that_comes_twice() -> None:
    assert len(found("* * * * *", "Europe/Berlin", "2026-10-24T23:30", "2026-10-25T02:30")) == 180


def test_of_very_many_the_newest_are_kept() -> None:
    until = utc("2026-11-22T00:00")
    kept = due_times("* * * * *", "UTC", until - 365 * A_DAY, until)
    assert (len(kept), kept[-1]) == (MOST, until)
    assert kept == sorted(kept)


def test_an_outage_that_ends_before_it_began_has_none() -> None:
    assert due_times("* * * * *", "UTC", utc("2026-11-22T03:00"), utc("2026-11-22T01:00")) == []


@given(
    st.integers(0, 5000 * 24 * 60).map(lambda minutes: utc("2020-01-01T00:00") + timedelta(minutes=minutes)),
    st.integers(0, 40),
    st.sampled_from(["Asia/Shanghai", "Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "UTC"]),
)
def test_any_day_has_its_one_night_and_two_outages_share_none(start: datetime, days: int, timezone: str) -> None:
    middle, end = start + days * A_DAY, start + 2 * days * A_DAY
    first, second = due_times(NIGHTLY, timezone, start, middle), due_times(NIGHTLY, timezone, middle, end)
    assert first + second == due_times(NIGHTLY, timezone, start, end)
    nights = [due.date() for due in first]
    assert len(set(nights)) == len(nights)
    assert abs(len(nights) - days) <= 1


@pytest.mark.parametrize(("cron", "timezone"), [("2 o'clock", "UTC"), ("0 25 * * *", "UTC"), (NIGHTLY, "Mars/Olympus")])
def test_what_cannot_be_read_is_named(cron: str, timezone: str) -> None:
    with pytest.raises(BadInput, match="cannot be read"):
        due_times(cron, timezone, utc("2026-11-20T00:00"), utc("2026-11-22T00:00"))
