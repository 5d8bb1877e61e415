"""Calendar windows: bounds by the wall clock of a zone, real minutes over clock changes, and where they equal rolling ones."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from watchbill.org.calendar_windows import CalendarUnit, CalendarWindow

BERLIN = "Europe/Berlin"
HOUR = timedelta(hours=1)
ZONES = ["UTC", BERLIN, "America/New_York", "Asia/Kolkata", "Australia/Lord_Howe", "Pacific/Apia"]


def window(unit: CalendarUnit, start: str, zone: str = BERLIN, count: int = 1) -> CalendarWindow:
    return CalendarWindow(count, unit, datetime.fromisoformat(start), zone)


def walls(first: int, last: int) -> st.SearchStrategy[datetime]:
    return st.datetimes(datetime.fromisoformat(f"{first}-01-01"), datetime.fromisoformat(f"{last}-12-31"))


def local(text: str, zone: str = BERLIN) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone))


@pytest.mark.parametrize(
    ("unit", "start", "at", "begins", "ends"),
    [
        (CalendarUnit.DAY, "2026-01-01T00:00", "2026-05-06T12:00", "2026-05-06T00:00", "2026-05-07T00:00"),
        (CalendarUnit.DAY, "2026-01-01T06:00", "2026-05-06T05:59", "2026-05-05T06:00", "2026-05-06T06:00"),
        (CalendarUnit.WEEK, "2026-01-05T00:00", "2026-05-06T12:00", "2026-05-04T00:00", "2026-05-11T00:00"),
        (CalendarUnit.MONTH, "2026-01-01T00:00", "2026-02-28T23:59", "2026-02-01T00:00", "2026-03-01T00:00"),
        (CalendarUnit.MONTH, "2026-01-31T00:00", "2026-03-01T00:00", "2026-02-28T00:00", "2026-03-31T00:00"),
        (CalendarUnit.QUARTER, "2026-02-01T00:00", "2026-01-15T00:00", "2025-11-01T00:00", "2026-02-01T00:00"),
        (CalendarUnit.YEAR, "2024-02-29T00:00", "2025-03-01T00:00", "2025-02-28T00:00", "2026-02-28T00:00"),
    ],
)
def test_a_period_runs_from_one_start_to_the_next(
    unit: CalendarUnit, start: str, at: str, begins: str, ends: str
) -> None:
    assert window(unit, start).period(local(at)) == (local(begins), local(ends))


@pytest.mark.parametrize(
    ("day", "minutes"), [("2026-03-29T12:00", 1380), ("2026-10-25T12:00", 1500), ("2026-11-25T12:00", 1440)]
)
def test_a_day_has_its_real_minutes_when_the_clock_is_changed(day: str, minutes: int) -> None:
    period = window(CalendarUnit.DAY, "2026-01-01T00:00").period(local(day))
    assert period.length == timedelta(minutes=minutes)


def test_a_fiscal_year_begins_where_it_is_said_to() -> None:
    fiscal = window(CalendarUnit.YEAR, "2026-04-01T00:00")
    assert fiscal.period(local("2026-03-31T23:59")).end == local("2026-04-01T00:00")
    assert fiscal.period(local("2026-04-01T00:00")).length == timedelta(days=365)


def test_several_units_are_counted_from_the_start() -> None:
    fortnight = window(CalendarUnit.WEEK, "2026-01-05T00:00", count=2)
    assert fortnight.period(local("2026-01-18T12:00")).start == local("2026-01-05T00:00")
    assert fortnight.period(local("2026-01-19T00:00")).start == local("2026-01-19T00:00")
    assert (fortnight.words, window(CalendarUnit.MONTH, "2026-01-01T00:00").words) == (
        "2 calendar weeks",
        "calendar month",
    )


@settings(max_examples=200, deadline=None)
@given(
    unit=st.sampled_from(list(CalendarUnit)),
    count=st.integers(1, 4),
    start=walls(2020, 2030),
    zone=st.sampled_from(ZONES),
    at=walls(2000, 2050),
)
def test_every_instant_lies_in_one_period_and_periods_touch(
    unit: CalendarUnit, count: int, start: datetime, zone: str, at: datetime
) -> None:
    it = CalendarWindow(count, unit, start.replace(second=0, microsecond=0), zone)
    instant = at.replace(tzinfo=UTC)
    period = it.period(instant)
    assert period.start <= instant < period.end
    assert it.period(period.end).start == period.end
    assert it.period(period.start) == period


@settings(max_examples=100, deadline=None)
@given(days=st.integers(1, 40), number=st.integers(0, 500), start=walls(2020, 2030))
def test_without_clock_changes_a_period_of_days_is_the_rolling_window_that_ends_with_it(
    days: int, number: int, start: datetime
) -> None:
    start = start.replace(second=0, microsecond=0)
    end = start.replace(tzinfo=UTC) + number * timedelta(days=days)
    period = CalendarWindow(days, CalendarUnit.DAY, start, "UTC").period(end - timedelta(minutes=1))
    assert period == (end - timedelta(days=days), end)
