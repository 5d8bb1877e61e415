"""Who holds which pager, checked over time, from one reading to the next: asked again where something differs that could matter."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields
from datetime import datetime
from zoneinfo import ZoneInfo

from .claims import day_of
from .coverage import shut_hours
from .entities import Thing
from .faults import Fault
from .organization import Organization
from .standing import check_standing
from .values import EntityRef

_PLAYS_NO_PART = frozenset({"things", "goals", "sources", "budget_policies", "overrides", "revision", "memory"})
_COUNTED = tuple(field.name for field in fields(Organization) if field.name not in _PLAYS_NO_PART)


class KeptStanding:
    """Remembers the faults found last, beside what they were found in."""

    def __init__(self) -> None:
        self._asked: tuple[object, ...] | None = None
        self._things: Mapping[EntityRef, Thing] = {}
        self._found: tuple[Fault, ...] = ()

    def check(self, organization: Organization, at: datetime) -> tuple[Fault, ...]:
        """Return what `check_standing` does."""
        asked = (*(getattr(organization, name) for name in _COUNTED), *_of_the_instant(organization, at))
        if asked != self._asked or not self._are_as_before(organization.things):
            self._found = check_standing(organization, at)
        self._asked, self._things = asked, organization.things
        return self._found

    def _are_as_before(self, things: Mapping[EntityRef, Thing]) -> bool:
        """Whether nothing that matters differs: with faults, which say where things stand, all of it; else what decides."""
        if self._found:
            return things == self._things
        return things.keys() == self._things.keys() and all(
            thing is before or _decides(thing) == _decides(before)
            for thing, before in zip(things.values(), map(self._things.__getitem__, things), strict=True)
        )


def _decides(thing: Thing) -> tuple[EntityRef | None, ...]:
    """Return what of a thing decides which documents reach it."""
    return thing.owner, thing.system, thing.domain


def _of_the_instant(organization: Organization, at: datetime) -> tuple[object, ...]:
    """Return what of an instant can make a difference: its day, which hours are shut, and which layers have begun."""
    begun = [
        layer.start <= at.astimezone(ZoneInfo(schedule.time_zone)).replace(tzinfo=None)
        for schedule in organization.schedules.values()
        for layer in schedule.layers
    ]
    return day_of(organization, at), shut_hours(organization, at), begun
