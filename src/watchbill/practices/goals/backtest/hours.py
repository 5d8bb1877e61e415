"""What a ledger has seen of a goal, hour by hour, as a server would tell it: for goals whose source keeps no past. Pure."""

from __future__ import annotations

from datetime import datetime, timedelta

import numpy as np

from watchbill.org.objectives import Goal
from watchbill.practices.goals.checking import HOURS, Hours, Seen
from watchbill.practices.goals.ledger import minute_of

from .past import Past

SPAN = timedelta(hours=HOURS)


def seen_in(past: Past, goal: Goal, until: datetime) -> Seen:
    """Return what the four weeks before an instant hold of a goal's events."""
    ends = minute_of(until) - 60 * np.arange(HOURS - 1, -1, -1, dtype=np.int64)
    hours = past.windows(ends - 60, ends)
    part = hours.total - hours.bad if goal.good is not None else hours.bad
    known = np.flatnonzero(hours.measured).tolist()

    def of(column: np.ndarray[tuple[int, ...], np.dtype[np.int64]]) -> Hours:
        return {hour: float(column[hour]) for hour in known}

    return Seen(until, of(hours.total), of(part))
