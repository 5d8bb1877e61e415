"""Who is still called though they should have left the watch: guests whose engagement has ended, and people past their last day."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import date

from .because import day_in_words
from .belonging import members_of, people_of
from .charters import Engagement, EngagementState, EscalationPolicy, Membership, SRETeam
from .faults import Fault, Level
from .implementations import rules_of
from .organization import Organization
from .values import EntityRef, Place

_OVER = frozenset({EngagementState.ENDED, EngagementState.DECLINED})
_Policies = Mapping[EntityRef, Iterable[EscalationPolicy]]


def leavers(organization: Organization, day: date) -> Iterator[Fault]:
    """Yield a fault for each person or team and policy.

    Who belongs to a group that a policy is for, or serves the partner again, may stay.
    """
    policies: dict[EntityRef, list[EscalationPolicy]] = {}
    for policy in organization.escalation_policies.values():
        for group in policy.groups:
            policies.setdefault(group, []).append(policy)
    yield from _guests(organization, policies, day)
    yield from _former_members(organization, policies, day)


def _guests(organization: Organization, policies: _Policies, day: date) -> Iterator[Fault]:
    engagements = sorted(organization.engagements.values(), key=lambda each: (_end(each), each.name))
    serving = {(each.sre, each.partner) for each in engagements if each.state_at(day) not in _OVER}
    last = {(each.sre, each.partner): each for each in engagements if each.state_at(day) is EngagementState.ENDED}
    for parties, engagement in last.items():
        for policy in policies.get(engagement.partner, ()) if parties not in serving else ():
            yield from _still_called(organization, engagement, policy, day)


def _end(engagement: Engagement) -> date:
    days = [move.on for move in engagement.life if move.state is EngagementState.ENDED]
    return min([*days, engagement.ends or date.max])


def _still_called(
    organization: Organization, engagement: Engagement, policy: EscalationPolicy, day: date
) -> Iterator[Fault]:
    team = organization.sre_teams[engagement.sre]
    called = _called(organization, policy)
    for guest in (team.group, *people_of(organization, team, day)):
        if guest in called and guest not in policy.groups and not _may_stay(organization, guest, policy, day):
            yield _of_a_guest(engagement, policy, guest, called[guest])


def _former_members(organization: Organization, policies: _Policies, day: date) -> Iterator[Fault]:
    for _, team in sorted(organization.sre_teams.items()):
        gone = {each.user: (each, each.until) for each in team.members if each.until is not None and each.until < day}
        for group in _watches_of(organization, team) if gone else ():
            for policy in policies.get(group, ()):
                called = _called(organization, policy)
                for person in sorted(gone.keys() & called.keys()):
                    if not _may_stay(organization, person, policy, day):
                        yield _of_a_leaver(team, *gone[person], policy, called[person])


def _watches_of(organization: Organization, team: SRETeam) -> Iterable[EntityRef]:
    """Return the groups in whose watches a team's people stand: their own, and their hosts'."""
    hosts = rules_of(team.implementation).host_pager
    engaged = (each.partner for each in organization.engagements.values() if hosts and each.sre == team.name)
    return dict.fromkeys((team.group, *engaged))


def _may_stay(organization: Organization, person: EntityRef, policy: EscalationPolicy, day: date) -> bool:
    return any(person in members_of(organization, group, day) for group in policy.groups)


def _called(organization: Organization, policy: EscalationPolicy) -> dict[EntityRef, Place]:
    """Return the people and groups whom a policy names, and the people on its schedules, each with where it says so."""
    found: dict[EntityRef, Place] = {}
    for target in (target for step in policy.steps for target in step.targets):
        if target.kind in {"user", "group"}:
            found.setdefault(EntityRef.parse(target.name, kind=target.kind), target.place)
    for name in sorted(policy.schedules & organization.schedules.keys()):
        for layer in organization.schedules[name].layers:
            found = {person: layer.place for turn in layer.turns for person in turn} | found
    return found


def _of_a_guest(engagement: Engagement, policy: EscalationPolicy, guest: EntityRef, place: Place) -> Fault:
    last = engagement.life[-1]
    return Fault(
        "ended-and-on-watch",
        Level.WARNING,
        f"{guest} is still called by the policy {policy.name} of {engagement.partner}, though the engagement "
        f"{engagement.name} has ended.",
        "Take them out of the watch, or prolong the engagement.",
        place,
        (last.place if last.state is EngagementState.ENDED else engagement.place,),
    )


def _of_a_leaver(team: SRETeam, left: Membership, until: date, policy: EscalationPolicy, place: Place) -> Fault:
    return Fault(
        "left-and-on-watch",
        Level.WARNING,
        f"{left.user} is still called by the policy {policy.name}, though their last day in {team.title or team.name} was "
        f"{day_in_words(until)}.",
        "Take them out of the watch, or correct their “until”.",
        place,
        (left.place,),
    )
