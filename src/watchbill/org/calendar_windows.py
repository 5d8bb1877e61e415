"""Windows that follow the calendar: days, weeks, months, quarters and years from a local start on. Pure arithmetic on the wall clock.

A period begins when the wall clock shows the start again, and lasts as many real minutes as there are until the next one begins:
a day has 23, 24 or 25 hours. A start in a day that a month does not have falls on the month's last day.
"""

from __future__ import annotations

import calendar
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from functools import lru_cache
from typing import NamedTuple
from zoneinfo import ZoneInfo

from .rotation import instant_of

_MONTHS_OF_YEAR = 12


class CalendarUnit(StrEnum):
    """What a calendar window is a whole number of."""

    DAY = "day"
    WEEK = "week"
    MONTH = "month"
    QUARTER = "quarter"
    YEAR = "year"


_DAYS = {CalendarUnit.DAY: 1, CalendarUnit.WEEK: 7}
_MONTHS = {CalendarUnit.MONTH: 1, CalendarUnit.QUARTER: 3, CalendarUnit.YEAR: 12}


class Period(NamedTuple):
    """The half-open span of one window."""

    start: datetime
    end: datetime

    @property
    def length(self) -> timedelta:
        """How long it is, clock changes included."""
        return self.end - self.start


@dataclass(frozen=True)
class CalendarWindow:
    """`count` calendar units from the wall-clock time `start` in `time_zone` on, again and again, before `start` as after it."""

    count: int
    unit: CalendarUnit
    start: datetime
    time_zone: str

    def period(self, at: datetime) -> Period:
        """Return the period that an instant lies in."""
        return _period(self, at.replace(second=0, microsecond=0))

    @property
    def words(self) -> str:
        """The window in words: “calendar month”, “3 calendar days”."""
        return f"calendar {self.unit}" if self.count == 1 else f"{self.count} calendar {self.unit}s"


@lru_cache(maxsize=4096)
def _period(window: CalendarWindow, at: datetime) -> Period:
    """Return the period of an instant; many goals follow the same calendar, and are looked at at the same instant."""
    zone = ZoneInfo(window.time_zone)
    number = _guess(window, at.astimezone(zone).replace(tzinfo=None))
    while _begin(window, number, zone) > at:
        number -= 1
    while _begin(window, number + 1, zone) <= at:
        number += 1
    return Period(_begin(window, number, zone), _begin(window, number + 1, zone))


def _guess(window: CalendarWindow, wall: datetime) -> int:
    if window.unit in _DAYS:
        return (wall - window.start) // timedelta(days=_DAYS[window.unit] * window.count)
    months = (wall.year - window.start.year) * _MONTHS_OF_YEAR + wall.month - window.start.month
    return months // (_MONTHS[window.unit] * window.count)


def _begin(window: CalendarWindow, number: int, zone: ZoneInfo) -> datetime:
    if window.unit in _DAYS:
        return instant_of(window.start + number * timedelta(days=_DAYS[window.unit] * window.count), zone)
    months = window.start.month - 1 + number * _MONTHS[window.unit] * window.count
    year, month = window.start.year + months // _MONTHS_OF_YEAR, months % _MONTHS_OF_YEAR + 1
    day = min(window.start.day, calendar.monthrange(year, month)[1])
    return instant_of(window.start.replace(year=year, month=month, day=day), zone)
