"""Opening hours: whether a local time lies within a weekly opening. No time zone is chosen here; callers hand in wall time."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime, time, timedelta

from .charters import Hours

_MONDAY = date(2024, 1, 1)


def is_within(openings: Iterable[Hours], local: datetime) -> bool:
    """Return whether `local` (wall time) lies in any of the openings; one that passes midnight belongs to the day it starts."""
    return any(_is_open(opening, local) for opening in openings)


def _is_open(opening: Hours, local: datetime) -> bool:
    today, yesterday = local.weekday(), (local.weekday() - 1) % 7
    now = local.time()
    if opening.start < opening.until:
        return today in opening.days and opening.start <= now < opening.until
    return (today in opening.days and now >= opening.start) or (yesterday in opening.days and now < opening.until)


def fill_the_week(openings: Iterable[Hours]) -> bool:
    """Return whether some opening is open at any time of any week; where none is, it is at a midnight or an end of one."""
    known = tuple(openings)
    ends = {time(0), *(opening.until for opening in known)}
    return all(
        is_within(known, datetime.combine(_MONDAY + timedelta(days=day), end)) for day in range(7) for end in ends
    )
