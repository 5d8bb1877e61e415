"""What holds in an organisation, now and on later days: pagers, advice, practices and rights, by thing.

Between the days on which engagements change, and for things that no such engagement reaches, nothing changes: only the rest is
worked out again.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from watchbill.org.charters import AlertClass, Engagement
from watchbill.org.course import reached
from watchbill.org.coverage import PagerAnswer, coverage
from watchbill.org.duties import duties
from watchbill.org.organization import Organization
from watchbill.org.pager_terms import hours_that_shut
from watchbill.org.rights import rights
from watchbill.org.values import EntityRef

from .model import Accountability, Holding


@dataclass
class Held:
    """What holds for a thing: by alert class who is paged, by practice who is accountable, by group what it may, and who advises."""

    pagers: dict[str, Holding] = field(default_factory=dict)
    advice: dict[str, frozenset[str]] = field(default_factory=dict)
    practices: dict[str, Accountability] = field(default_factory=dict)
    rights: dict[str, frozenset[str]] = field(default_factory=dict)


Snapshot = Mapping[EntityRef, Held]


@dataclass(frozen=True)
class Side:
    """An organisation with what `held` at `at` and then from each of `days` on."""

    organization: Organization
    at: datetime
    days: tuple[date, ...]
    held: tuple[Snapshot, ...]

    @property
    def begins(self) -> list[datetime]:
        """The instants from which on each snapshot holds."""
        return [self.at, *(_begin_of(self.organization, day) for day in self.days)]


def side_of(organization: Organization, at: datetime, days: Sequence[date]) -> Side:
    """Return what holds at `at` and then from each of some later days on."""
    held = [_snapshot(organization, at)]
    dependants = _dependants(organization)
    for day in days:
        anew = _and_beyond(_moved(organization, day), dependants)
        held.append(_renewed(held[-1], organization, anew, day) if anew else held[-1])
    return Side(organization, at, tuple(days), tuple(held))


def _begin_of(organization: Organization, day: date) -> datetime:
    return datetime.combine(day, time(), ZoneInfo(organization.time_zone))


def _renewed(before: Snapshot, organization: Organization, anew: set[EntityRef], day: date) -> Snapshot:
    """Return what holds from a day on: worked out anew for some things, by all that they stand on; as before for the rest."""
    below = {ref: [edge.on for edge in thing.dependencies] for ref, thing in organization.things.items()}
    needed = _and_beyond(anew, below) & organization.things.keys()
    part = replace(organization, things={ref: organization.things[ref] for ref in needed})
    now = _snapshot(part, _begin_of(organization, day))
    return {**before, **{ref: now[ref] for ref in anew}}


def _snapshot(organization: Organization, at: datetime) -> Snapshot:
    shut = hours_that_shut(organization)
    found = {ref: Held() for ref in organization.things}
    for alert_class in AlertClass:
        opened = coverage(organization, at, alert_class, shut=frozenset())
        closed = coverage(organization, at, alert_class, shut=shut) if shut else opened
        for held, within, outside in (
            (found[within.thing], within, outside)
            for within, outside in zip(opened, closed, strict=True)
            if within.thing
        ):
            held.pagers[alert_class.value] = _holding(organization, within, outside)
            if within.advisers and alert_class is AlertClass.APPLICATION:
                held.advice[""] = frozenset(within.advisers)
    for duty in duties(organization, at):
        found[duty.thing].practices[duty.practice] = Accountability(duty.accountable, duty.how)
    for thing, of_groups in rights(organization, at).items():
        found[thing].rights |= {str(group): frozenset(map(str, actions)) for group, actions in of_groups.items()}
    return found


def _holding(organization: Organization, within: PagerAnswer, outside: PagerAnswer) -> Holding:
    holding = Holding(within.team, within.holder, within.policy, within.gap)
    engagement = organization.engagements.get(within.engagement or "")
    if engagement is None or (outside.holder, outside.policy) == (within.holder, within.policy):
        return holding
    hours = organization.hours.get(engagement.pager.hours, ())
    return replace(holding, hours=hours, outside=outside.holder, outside_policy=outside.policy, outside_gap=outside.gap)


def _moved(organization: Organization, day: date) -> set[EntityRef]:
    """Return the things that an engagement reaches which changes on a day."""
    return reached(organization, (each for each in organization.engagements.values() if _changes_on(each, day)))


def _dependants(organization: Organization) -> Mapping[EntityRef, Sequence[EntityRef]]:
    found: dict[EntityRef, list[EntityRef]] = {}
    for thing in organization.things.values():
        for edge in thing.dependencies:
            found.setdefault(edge.on, []).append(thing.ref)
    return found


def _and_beyond(refs: set[EntityRef], edges: Mapping[EntityRef, Sequence[EntityRef]]) -> set[EntityRef]:
    """Return some things and all that edges lead to from them, at any depth: a platform's alert may go to whoever holds the last."""
    found, ahead = set(refs), list(refs)
    while ahead:
        following = [ref for ref in edges.get(ahead.pop(), ()) if ref not in found]
        found.update(following)
        ahead += following
    return found


def _changes_on(engagement: Engagement, day: date) -> bool:
    return engagement.state_at(day) is not engagement.state_at(day - timedelta(days=1))
