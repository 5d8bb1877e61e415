"""Days that are months apart: a month later is the same day of the month, or its last where it is shorter."""

from __future__ import annotations

import calendar
from datetime import date

from watchbill.lib.numbers import several
from watchbill.org.values import Duration


def months_after(day: date, length: int | Duration) -> date:
    """Return the day that lies a number of months, or a duration, after another; the last day that there is at most."""
    if isinstance(length, Duration) and not length.months:
        return day + length.span
    number = length if isinstance(length, int) else length.months
    year, month = divmod(day.year * 12 + day.month - 1 + number, 12)
    if year > date.max.year:
        return date.max
    return date(year, month + 1, min(day.day, calendar.monthrange(year, month + 1)[1]))


def months(number: int) -> str:
    """Return a number of months in words."""
    return several(number, "month")
