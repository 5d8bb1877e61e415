"""Who is still called by a former partner's policy, though the engagement that brought them into its watch has ended."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date

from .belonging import people_of
from .charters import Engagement, EngagementState, EscalationPolicy
from .faults import Fault, Level
from .organization import Organization
from .values import EntityRef, Place

_OVER = frozenset({EngagementState.ENDED, EngagementState.DECLINED})


def leavers(organization: Organization, day: date) -> Iterator[Fault]:
    """Yield a fault for each person and policy. Who belongs to a group that it is for, or serves the partner again, may stay."""
    engagements = sorted(organization.engagements.values(), key=lambda each: (_end(each), each.name))
    serving = {(each.sre, each.partner) for each in engagements if each.state_at(day) not in _OVER}
    last = {(each.sre, each.partner): each for each in engagements if each.state_at(day) is EngagementState.ENDED}
    policies: dict[EntityRef, list[EscalationPolicy]] = {}
    for policy in organization.escalation_policies.values():
        for group in policy.groups:
            policies.setdefault(group, []).append(policy)
    for parties, engagement in last.items():
        if parties not in serving and engagement.partner in policies:
            yield from _still_called(organization, engagement, policies[engagement.partner], day)


def _end(engagement: Engagement) -> date:
    days = [move.on for move in engagement.life if move.state is EngagementState.ENDED]
    return min([*days, engagement.ends or date.max])


def _still_called(
    organization: Organization, engagement: Engagement, policies: Iterable[EscalationPolicy], day: date
) -> Iterator[Fault]:
    guests = people_of(organization, organization.sre_teams[engagement.sre], day)
    for policy in policies:
        called = _called(organization, policy)
        for person in guests:
            if person in called and not organization.users[person].groups & policy.groups:
                yield _fault(engagement, policy, person, called[person])


def _called(organization: Organization, policy: EscalationPolicy) -> dict[EntityRef, Place]:
    """Return the people whom a policy names or finds on its schedules, each with where it says so."""
    found: dict[EntityRef, Place] = {}
    for target in (target for step in policy.steps for target in step.targets):
        if target.kind == "user":
            found.setdefault(EntityRef.parse(target.name, kind="user"), target.place)
    for name in sorted(policy.schedules & organization.schedules.keys()):
        for layer in organization.schedules[name].layers:
            found = {person: layer.place for turn in layer.turns for person in turn} | found
    return found


def _fault(engagement: Engagement, policy: EscalationPolicy, person: EntityRef, place: Place) -> Fault:
    last = engagement.life[-1]
    return Fault(
        "ended-and-on-watch",
        Level.WARNING,
        f"{person} is still called by the policy {policy.name} of {engagement.partner}, though the engagement "
        f"{engagement.name} has ended.",
        "Take them out of the watch, or prolong the engagement.",
        place,
        (last.place if last.state is EngagementState.ENDED else engagement.place,),
    )
