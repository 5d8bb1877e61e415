"""Who stands the watch in the quarter ahead, and for how much of their time in the long run. Counts hours; judges nothing."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from fractions import Fraction
from functools import cached_property

from watchbill.org.charters import EscalationPolicy, Layer
from watchbill.org.organization import Organization
from watchbill.org.rotation import Shift, shifts
from watchbill.org.values import EntityRef

QUARTER = timedelta(weeks=13)
_SECOND = timedelta(seconds=1)
_HOUR = timedelta(hours=1)
_LONGEST_ROUND = timedelta(weeks=104)


class WatchTime:
    """The watches of an organisation in the quarter that begins at an instant."""

    def __init__(self, organization: Organization, at: datetime) -> None:
        self._organization = organization
        self._at = at
        self._shifts: dict[str, tuple[Shift, ...]] = {}
        self._shares: dict[tuple[str, ...], Mapping[EntityRef, Fraction]] = {}

    def shifts(self, schedule: str) -> tuple[Shift, ...]:
        """Return the shifts of a schedule in the quarter ahead."""
        if schedule not in self._shifts:
            found = shifts(self._organization.schedules[schedule], self._at, self._at + QUARTER)
            self._shifts[schedule] = tuple(found)
        return self._shifts[schedule]

    def called_by(self, policies: Iterable[EscalationPolicy]) -> tuple[str, ...]:
        """Return the names of the schedules that some policies call, by name."""
        named = {name for policy in policies for name in policy.schedules}
        return tuple(sorted(named & self._organization.schedules.keys()))

    def people_on(self, schedules: Iterable[str]) -> frozenset[EntityRef]:
        """Return who stands a turn of some schedules in the quarter ahead."""
        return frozenset(person for name in schedules for shift in self.shifts(name) for person in shift.people)

    @cached_property
    def schedules_of(self) -> Mapping[EntityRef, tuple[str, ...]]:
        """The schedules on which each person has turns, of those that an escalation policy calls."""
        return self.standing(self.called_by(self._organization.escalation_policies.values()))

    def standing(self, schedules: Iterable[str]) -> Mapping[EntityRef, tuple[str, ...]]:
        """Return who has turns on some schedules, each with the names of those that are theirs."""
        found: dict[EntityRef, list[str]] = {}
        for name in sorted(schedules):
            layers = self._organization.schedules[name].layers
            for person in sorted({person for layer in layers for turn in layer.turns for person in turn}):
                found.setdefault(person, []).append(name)
        return {person: tuple(names) for person, names in found.items()}

    def share(self, person: EntityRef, schedules: tuple[str, ...]) -> Fraction:
        """Return for how much of the time a person stands some watches in the long run; two watches at once count once."""
        if schedules not in self._shares:
            self._shares[schedules] = self._in_the_long_run(schedules)
        return self._shares[schedules].get(person, Fraction(0))

    def _in_the_long_run(self, schedules: tuple[str, ...]) -> Mapping[EntityRef, Fraction]:
        """Unfold some watches over whole rounds of their turns, after all have begun, on a clock that is never put forward."""
        watches = [replace(self._organization.schedules[name], time_zone="UTC") for name in schedules]
        layers = [layer for watch in watches for layer in watch.layers if any(layer.turns)]
        begin = max([self._at, *(layer.start.replace(tzinfo=UTC) for layer in layers)])
        rounds = math.lcm(1, *(_round(layer) for layer in layers))
        end = begin + min(rounds * _HOUR, _LONGEST_ROUND)
        stood: dict[EntityRef, list[tuple[datetime, datetime]]] = {}
        for watch in watches:
            for shift in shifts(watch, begin, end):
                for person in shift.people:
                    stood.setdefault(person, []).append((shift.start, shift.end))
        whole = (end - begin) // _SECOND
        return {person: Fraction(_together(stretches) // _SECOND, whole) for person, stretches in stood.items()}


def _round(layer: Layer) -> int:
    """Return after how many hours everybody in a layer has had their turns."""
    return timedelta(**{layer.unit: layer.count}) // _HOUR * len(layer.turns)


def _together(stretches: Sequence[tuple[datetime, datetime]]) -> timedelta:
    """Return how long some stretches of time are, each moment counted once."""
    total, counted_until = timedelta(), None
    for start, end in sorted(stretches):
        begin = start if counted_until is None else max(start, counted_until)
        total += max(end - begin, timedelta())
        counted_until = end if counted_until is None else max(end, counted_until)
    return total
