"""What a change means for each person: the groups that they belong to, and the share of time that they are expected on call.

On call is who stands a turn of a schedule through which something is paged; who stands two watches at once does so once.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from fractions import Fraction
from itertools import pairwise

from watchbill.org.claims import day_of
from watchbill.org.organization import Organization
from watchbill.org.roles import people_of
from watchbill.org.rotation import shifts
from watchbill.org.values import EntityRef

from .model import PersonChange
from .snapshots import Side, Snapshot

WINDOW = timedelta(weeks=12)
LIMIT = Fraction(1, 4)
SOURCE = "Site Reliability Engineering, chapter 11"

_Stretch = tuple[datetime, datetime]


def people_changes(old: Side, new: Side) -> tuple[PersonChange, ...]:
    """Return for whom something changes, by their reference; shares are of the WINDOW that begins with the comparison."""
    share_before, share_after = _shares(old), _shares(new)
    groups_before, groups_after = _groups(old.organization, old.at), _groups(new.organization, new.at)
    nothing, none = frozenset[EntityRef](), Fraction(0)
    found = []
    for user in sorted({*share_before, *share_after, *groups_before, *groups_after}):
        shares = share_before.get(user, none), share_after.get(user, none)
        was, becomes = groups_before.get(user, nothing), groups_after.get(user, nothing)
        if shares[0] != shares[1] or was != becomes:
            found.append(PersonChange(user, *shares, tuple(sorted(becomes - was)), tuple(sorted(was - becomes))))
    return tuple(found)


def _groups(organization: Organization, at: datetime) -> Mapping[EntityRef, frozenset[EntityRef]]:
    """Return the groups that each person belongs to, as a member or by serving in its SRE team."""
    found: dict[EntityRef, set[EntityRef]] = {}
    for group in organization.groups.values():
        for user in group.members:
            found.setdefault(user, set()).add(group.ref)
    for team in organization.sre_teams.values():
        for user in people_of(organization, team, day_of(organization, at)):
            found.setdefault(user, set()).add(team.group)
    return {user: frozenset(groups) for user, groups in found.items()}


def _shares(side: Side) -> Mapping[EntityRef, Fraction]:
    stood: dict[EntityRef, list[_Stretch]] = {}
    for name, stretches in _paging(side).items():
        for start, end in stretches:
            for shift in shifts(side.organization.schedules[name], start, end):
                for person in shift.people:
                    stood.setdefault(person, []).append((shift.start, shift.end))
    whole = WINDOW // timedelta(seconds=1)
    return {person: Fraction(_length(of) // timedelta(seconds=1), whole) for person, of in stood.items()}


def _paging(side: Side) -> Mapping[str, list[_Stretch]]:
    """Return the schedules through which something is paged, each with when."""
    end = side.at + WINDOW
    found: dict[str, list[_Stretch]] = {}
    for held, (start, until) in zip(side.held, pairwise([*side.begins, end]), strict=True):
        stretch = min(start, end), min(until, end)
        for name in _schedules(side.organization, held) if stretch[0] < stretch[1] else ():
            found.setdefault(name, []).append(stretch)
    return found


def _schedules(organization: Organization, held: Snapshot) -> set[str]:
    holdings = {holding for of_thing in held.values() for holding in of_thing.pagers.values()}
    named = {name for holding in holdings for name in (holding.policy, holding.outside_policy) if name}
    policies = (organization.escalation_policies[name] for name in named)
    return {name for policy in policies for name in policy.schedules} & organization.schedules.keys()


def _length(stretches: Sequence[_Stretch]) -> timedelta:
    """Return how long some stretches of time are together, each moment counted once."""
    return sum((end - start for start, end in _joined(stretches)), timedelta())


def _joined(stretches: Sequence[_Stretch]) -> Iterator[_Stretch]:
    begun: _Stretch | None = None
    for start, end in sorted(stretches):
        if begun is not None and start <= begun[1]:
            begun = begun[0], max(begun[1], end)
            continue
        if begun is not None:
            yield begun
        begun = start, end
    if begun is not None:
        yield begun
