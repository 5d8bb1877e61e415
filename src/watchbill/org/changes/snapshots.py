"""What holds in an organisation, now and on later days: pagers, advice, practices and rights, by thing.

Between the days on which engagements change, and for things that no such engagement reaches, nothing changes: only the rest is
worked out again.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from typing import TypeVar
from zoneinfo import ZoneInfo

from watchbill.org.charters import AlertClass, Engagement, Scope
from watchbill.org.coverage import PagerAnswer, coverage
from watchbill.org.duties import duties
from watchbill.org.entities import Thing, domains_of
from watchbill.org.organization import Organization
from watchbill.org.rights import rights
from watchbill.org.values import EntityRef

from .model import Accountability, Holding

Key = tuple[EntityRef, str]
Value = TypeVar("Value")


@dataclass(frozen=True)
class Snapshot:
    """What holds at an instant, by thing and by what it is told of: an alert class, a practice, a group of people."""

    pagers: Mapping[Key, Holding]
    advice: Mapping[Key, frozenset[str]]
    practices: Mapping[Key, Accountability]
    rights: Mapping[Key, frozenset[str]]


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
    for day in days:
        reached = _reached(organization, day)
        held.append(_renewed(held[-1], organization, reached, day) if reached else held[-1])
    return Side(organization, at, tuple(days), tuple(held))


def _begin_of(organization: Organization, day: date) -> datetime:
    return datetime.combine(day, time(), ZoneInfo(organization.time_zone))


def _renewed(before: Snapshot, organization: Organization, reached: set[EntityRef], day: date) -> Snapshot:
    """Return what holds from a day on: worked out anew for the things `reached`, as before for the rest."""
    needed = reached | {edge.on for ref in reached for edge in organization.things[ref].dependencies}
    part = replace(organization, things={ref: organization.things[ref] for ref in needed & organization.things.keys()})
    now = _snapshot(part, _begin_of(organization, day))

    return Snapshot(
        _with(now.pagers, before.pagers, reached),
        _with(now.advice, before.advice, reached),
        _with(now.practices, before.practices, reached),
        _with(now.rights, before.rights, reached),
    )


def _with(now: Mapping[Key, Value], before: Mapping[Key, Value], reached: set[EntityRef]) -> Mapping[Key, Value]:
    kept = {key: value for key, value in before.items() if key[0] not in reached}
    return kept | {key: value for key, value in now.items() if key[0] in reached}


def _snapshot(organization: Organization, at: datetime) -> Snapshot:
    is_open, is_shut = organization, organization
    if organization.hours:
        is_open = replace(organization, hours={})
        is_shut = replace(organization, hours=dict.fromkeys(organization.hours, ()))
    pagers: dict[Key, Holding] = {}
    advice: dict[Key, frozenset[str]] = {}
    for alert_class in AlertClass:
        answers = zip(coverage(is_open, at, alert_class), coverage(is_shut, at, alert_class), strict=True)
        for within, without in answers:
            if within.thing is not None:
                pagers[within.thing, alert_class.value] = _holding(organization, within, without)
            if within.thing is not None and within.advisers and alert_class is AlertClass.APPLICATION:
                advice[within.thing, ""] = frozenset(within.advisers)
    return Snapshot(
        pagers,
        advice,
        {(duty.thing, duty.practice): Accountability(duty.accountable, duty.how) for duty in duties(is_open, at)},
        {
            (thing, str(group)): frozenset(action.value for action in actions)
            for thing, groups in rights(is_open, at).items()
            for group, actions in groups.items()
        },
    )


def _holding(organization: Organization, within: PagerAnswer, outside: PagerAnswer) -> Holding:
    holding = Holding(within.team, within.holder, within.policy, within.gap or outside.gap)
    engagement = organization.engagements.get(within.engagement or "")
    if engagement is None or (outside.holder, outside.policy) == (within.holder, within.policy):
        return holding
    hours = organization.hours.get(engagement.pager.hours, ())
    return replace(holding, hours=hours, outside=outside.holder, outside_policy=outside.policy)


def _reached(organization: Organization, day: date) -> set[EntityRef]:
    """Return the things for which other answers may hold from a day on: what a change of engagements reaches, and what needs it."""
    scopes = [engagement.scope for engagement in organization.engagements.values() if _changes_on(engagement, day)]
    if not scopes:
        return set()
    things = organization.things.values()
    within = {thing.ref for thing in things if any(_reaches(organization, scope, thing) for scope in scopes)}
    return within | {thing.ref for thing in things if any(edge.on in within for edge in thing.dependencies)}


def _changes_on(engagement: Engagement, day: date) -> bool:
    return engagement.state_at(day) is not engagement.state_at(day - timedelta(days=1))


def _reaches(organization: Organization, scope: Scope, thing: Thing) -> bool:
    return (
        scope.everything
        or thing.ref in scope.things
        or thing.owner in scope.owned_by
        or thing.system in scope.systems
        or not scope.domains.isdisjoint(domains_of(thing, organization.systems))
    )
