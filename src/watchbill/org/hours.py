"""Opening hours: whether a local time lies within a weekly opening. No time zone is chosen here; callers hand in wall time."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from .charters import Hours


def is_within(openings: Iterable[Hours], local: datetime) -> bool:
    """Return whether `local` (wall time) lies in any of the openings; one that passes midnight belongs to the day it starts."""
    return any(_is_open(opening, local) for opening in openings)


def _is_open(opening: Hours, local: datetime) -> bool:
    today, yesterday = local.weekday(), (local.weekday() - 1) % 7
    now = local.time()
    if opening.start < opening.until:
        return today in opening.days and opening.start <= now < opening.until
    return (today in opening.days and now >= opening.start) or (yesterday in opening.days and now < opening.until)
