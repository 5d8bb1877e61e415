"""Who belongs to a group on a day: the one reading of it, for pages, rights, offices and plans.

A group that practises SRE has the people who serve in its team: those that either document names, less who is past their last day.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, timedelta

from .charters import SRETeam
from .organization import Organization
from .values import EntityRef


def people_of(organization: Organization, team: SRETeam, day: date) -> tuple[EntityRef, ...]:
    """Return who serves in an SRE team on a day: the members of its group and those it names, less who is past their last day."""
    group = organization.groups.get(team.group)
    named = {membership.user: membership.until for membership in team.members}
    people = named.keys() | (group.members if group is not None else frozenset())
    return tuple(sorted(user for user in people if (until := named.get(user)) is None or day <= until))


def members_of(organization: Organization, group: EntityRef, day: date) -> frozenset[EntityRef]:
    """Return who belongs to a group on a day; nobody where there is no such group."""
    if teams := teams_by_group(organization).get(group):
        return frozenset(person for team in teams for person in people_of(organization, team, day))
    known = organization.groups.get(group)
    return known.members if known is not None else frozenset()


def is_or_belongs_to(organization: Organization, person: EntityRef, party: EntityRef | None, day: date) -> bool:
    """Whether a person is the party, or one of the group that it is."""
    return party is not None and (person == party or person in members_of(organization, party, day))


def is_part_of(organization: Organization, owner: EntityRef, group: EntityRef) -> bool:
    """Whether an owner is a group, stands below it, or is a person of one that does."""
    user = organization.users.get(owner)
    above = {owner} if user is None else set(user.groups)
    seen: set[EntityRef] = set()
    while above:
        seen |= above
        known = [organization.groups[each] for each in above if each in organization.groups]
        above = {each.parent for each in known if each.parent is not None} - seen
    return group in seen


def leaving_days(organization: Organization) -> frozenset[date]:
    """Return the days on which somebody does not belong to an SRE team any more: those after their last."""
    ends = (membership.until for team in organization.sre_teams.values() for membership in team.members)
    return frozenset(until + timedelta(days=1) for until in ends if until is not None and until < date.max)


def teams_by_group(organization: Organization) -> Mapping[EntityRef, Sequence[SRETeam]]:
    """Return the SRE teams by the group that each of them is."""
    return organization.memory.recall("teams by group", lambda: _teams_by_group(organization))


def _teams_by_group(organization: Organization) -> Mapping[EntityRef, Sequence[SRETeam]]:
    found: dict[EntityRef, list[SRETeam]] = {}
    for team in organization.sre_teams.values():
        found.setdefault(team.group, []).append(team)
    return found
