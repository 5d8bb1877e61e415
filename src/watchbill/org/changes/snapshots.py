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
    for day in days:
        anew = _moved(organization, day)
        held.append(_renewed(held[-1], organization, anew, day) if anew else held[-1])
    return Side(organization, at, tuple(days), tuple(held))


def _begin_of(organization: Organization, day: date) -> datetime:
    return datetime.combine(day, time(), ZoneInfo(organization.time_zone))


def _renewed(before: Snapshot, organization: Organization, anew: set[EntityRef], day: date) -> Snapshot:
    """Return what holds from a day on: worked out anew for some things, as before for the rest."""
    needed = anew | {edge.on for ref in anew for edge in organization.things[ref].dependencies}
    part = replace(organization, things={ref: organization.things[ref] for ref in needed & organization.things.keys()})
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
    """Return the things for which other answers may hold from a day on: what a change of engagements reaches, and what needs it."""
    within = reached(organization, (each for each in organization.engagements.values() if _changes_on(each, day)))
    if not within:
        return within
    things = organization.things.values()
    return within | {thing.ref for thing in things if any(edge.on in within for edge in thing.dependencies)}


def _changes_on(engagement: Engagement, day: date) -> bool:
    return engagement.state_at(day) is not engagement.state_at(day - timedelta(days=1))
