"""Who stands the watch in the quarter ahead, and for how much of their time in the long run. Counts hours; judges nothing."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
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


@dataclass(frozen=True)
class Stretch:
    """A time in which somebody stands watch without a break: turns that touch or overlap, on `schedules` as they join in."""

    start: datetime
    end: datetime
    schedules: tuple[str, ...]


class WatchTime:
    """The watches of an organisation in the quarter that begins at an instant."""

    def __init__(self, organization: Organization, at: datetime) -> None:
        self._organization = organization
        self._at = at
        self._shifts: dict[str, tuple[Shift, ...]] = {}
        self._stretches: dict[EntityRef, tuple[Stretch, ...]] = {}
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

    def stretches(self, person: EntityRef) -> tuple[Stretch, ...]:
        """Return when a person stands watch in the quarter ahead, whatever the watch: the first and the last may go on outside."""
        if person not in self._stretches:
            turns = [
                Stretch(shift.start, shift.end, (name,))
                for name in self.schedules_of.get(person, ())
                for shift in self.shifts(name)
                if person in shift.people
            ]
            self._stretches[person] = tuple(_joined(turns))
        return self._stretches[person]

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
        stood: dict[EntityRef, list[Stretch]] = {}
        for watch in watches:
            for shift in shifts(watch, begin, end):
                for person in shift.people:
                    stood.setdefault(person, []).append(Stretch(shift.start, shift.end, (watch.name,)))
        whole = (end - begin) // _SECOND
        return {person: Fraction(_length(turns) // _SECOND, whole) for person, turns in stood.items()}


def _round(layer: Layer) -> int:
    """Return after how many hours everybody in a layer has had their turns."""
    return timedelta(**{layer.unit: layer.count}) // _HOUR * len(layer.turns)


def _length(turns: Iterable[Stretch]) -> timedelta:
    """Return how long some turns are together, each moment counted once."""
    return sum((stretch.end - stretch.start for stretch in _joined(turns)), timedelta())


def _joined(turns: Iterable[Stretch]) -> Iterator[Stretch]:
    """Yield turns that touch or overlap as one."""
    so_far: Stretch | None = None
    for turn in sorted(turns, key=lambda each: (each.start, each.schedules)):
        if so_far is None or turn.start > so_far.end:
            if so_far is not None:
                yield so_far
            so_far = turn
        else:
            joined = tuple(dict.fromkeys(so_far.schedules + turn.schedules))
            so_far = Stretch(so_far.start, max(so_far.end, turn.end), joined)
    if so_far is not None:
        yield so_far
