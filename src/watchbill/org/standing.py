"""Who holds which pager, checked over time: at an instant, and on the next days on which an engagement changes."""

from __future__ import annotations

from datetime import datetime, time
from zoneinfo import ZoneInfo

from .coverage import gaps, ties
from .engagements import change_days
from .faults import Fault
from .organization import Organization

DAYS_AHEAD = 12


def check_standing(organization: Organization, at: datetime) -> tuple[Fault, ...]:
    """Return the ties between documents and the gaps in coverage at `at` and on the next DAYS_AHEAD days of change, each once."""
    zone = ZoneInfo(organization.time_zone)
    today = at.astimezone(zone).date()
    days = [day for day in change_days(organization.engagements) if day > today]
    later = [datetime.combine(day, time(12, 0), zone) for day in days[:DAYS_AHEAD]]
    found = [
        fault for instant in [at, *later] for fault in (*ties(organization, instant), *gaps(organization, instant))
    ]
    return tuple(dict.fromkeys(found))
