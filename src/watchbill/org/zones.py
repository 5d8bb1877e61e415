"""In which zone a person is told times where nothing else says it: a browser knows its reader's zone, a message does not."""

from __future__ import annotations

from zoneinfo import ZoneInfo

from .organization import Organization
from .values import EntityRef


def zone_of(organization: Organization, person: EntityRef | None = None) -> ZoneInfo:
    """Return the zone of the schedules that a person takes turns in; the organisation's where there are none, or several zones."""
    zones = {
        schedule.time_zone
        for schedule in organization.schedules.values()
        if any(person in turn for layer in schedule.layers for turn in layer.turns)
    }
    return ZoneInfo(zones.pop() if len(zones) == 1 else organization.time_zone)
