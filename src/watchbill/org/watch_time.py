"""Who stands the watch in the quarter ahead, and for how much of their time in the long run. Counts hours; judges nothing.

Whom a policy calls first and by name, not through a schedule, stands a watch that never ends.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from fractions import Fraction
from functools import cached_property

from watchbill.org.charters import EscalationPolicy, Layer, Schedule
from watchbill.org.organization import Organization
from watchbill.org.rotation import Shift, shifts
from watchbill.org.values import EntityRef

QUARTER = timedelta(weeks=13)
_SECOND = timedelta(seconds=1)
_HOUR = timedelta(hours=1)
_LONGEST_ROUND = timedelta(weeks=104)
_ALWAYS = datetime(2024, 1, 1)  # noqa: DTZ001 - wall time, like that of every layer


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
        self._by_name = dict(_watches_by_name(organization))
        self._watches: Mapping[str, Schedule] = {
            **organization.schedules,
            **{watch.name: watch for watch in self._by_name.values()},
        }

    def watch(self, name: str) -> Schedule:
        """Return a watch: a schedule, or the turn without an end of those whom a policy calls by name."""
        return self._watches[name]

    def shifts(self, schedule: str) -> tuple[Shift, ...]:
        """Return the shifts of a schedule in the quarter ahead."""
        if schedule not in self._shifts:
            found = shifts(self._watches[schedule], self._at, self._at + QUARTER)
            self._shifts[schedule] = tuple(found)
        return self._shifts[schedule]

    def called_by(self, policies: Iterable[EscalationPolicy]) -> tuple[str, ...]:
        """Return the names of the watches that some policies call: of schedules, and of those whom they call by name."""
        known = list(policies)
        named = {name for policy in known for name in policy.schedules} & self._organization.schedules.keys()
        named |= {self._by_name[policy.name].name for policy in known if policy.name in self._by_name}
        return tuple(sorted(named))

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
            layers = self._watches[name].layers
            for person in sorted({person for layer in layers for turn in layer.turns for person in turn}):
                found.setdefault(person, []).append(name)
        return {person: tuple(names) for person, names in found.items()}

    def stretches(self, person: EntityRef) -> tuple[Stretch, ...]:
        """Return when a person stands the watch of schedules in the quarter ahead: the first and the last may go on outside."""
        if person not in self._stretches:
            turns = [
                Stretch(shift.start, shift.end, (name,))
                for name in self.schedules_of.get(person, ())
                if name in self._organization.schedules
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
        watches = [replace(self._watches[name], time_zone="UTC") for name in schedules]
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


def _watches_by_name(organization: Organization) -> Iterator[tuple[str, Schedule]]:
    """Yield each policy that calls people first and by name, with the watch that they stand; a customer's people are its matter."""
    customers = {ref for ref, group in organization.groups.items() if group.type == "customer"}
    for name, policy in organization.escalation_policies.items():
        people = policy.first_by_name
        if people and not policy.groups <= customers:
            zones = (
                organization.schedules[each].time_zone
                for each in sorted(policy.schedules & organization.schedules.keys())
            )
            layer = Layer("by name", _ALWAYS, 1, "weeks", (people,), policy.place)
            zone = next(zones, organization.time_zone)
            yield name, Schedule(f"the policy {name}", policy.title, zone, (layer,), policy.place)


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
