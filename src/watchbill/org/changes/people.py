"""What a change means for each person: the groups that they belong to, and the share of time that they are on call.

On call is who stands a turn of a schedule through which something is paged; who stands two watches at once does so once.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime
from fractions import Fraction

from watchbill.org.belonging import people_of
from watchbill.org.claims import day_of
from watchbill.org.organization import Organization
from watchbill.org.values import EntityRef
from watchbill.org.watch_time import WatchTime

from .model import PersonChange, Span
from .snapshots import Side, Snapshot
from .timeline import stretches

_Shares = Mapping[EntityRef, Fraction]
_Groups = frozenset[EntityRef]
_NOTHING = Fraction(0)


def people_changes(old: Side, new: Side) -> tuple[PersonChange, ...]:
    """Return for whom something changes, by their reference, and for each stretch of days on which their shares differ."""
    shares = list(zip(_shares(old), _shares(new), strict=True))
    were, become = _groups(old.organization, old.at), _groups(new.organization, new.at)
    on_call = {user for before, after in shares for user in (*before, *after)}
    return tuple(
        change
        for user in sorted(on_call.union(were, become))
        for change in _changes(user, shares, old.days, were.get(user, _Groups()), become.get(user, _Groups()))
    )


def _changes(
    user: EntityRef, shares: Sequence[tuple[_Shares, _Shares]], days: Sequence[date], was: _Groups, becomes: _Groups
) -> Iterator[PersonChange]:
    """Yield what changes for a person; groups change at once, with the share of that day beside them."""
    moves = tuple(sorted(becomes - was)), tuple(sorted(was - becomes))
    own = [(before.get(user, _NOTHING), after.get(user, _NOTHING)) for before, after in shares]
    for (before, after), span in stretches(own, days):
        is_moved = span.since is None and was != becomes
        if before != after:
            yield PersonChange(user, before, after, span, *(moves if is_moved else ()))
        elif is_moved:
            yield PersonChange(user, before, after, Span(None, None), *moves)


def _groups(organization: Organization, at: datetime) -> Mapping[EntityRef, _Groups]:
    """Return the groups that each person belongs to, as a member or by serving in its SRE team."""
    found: dict[EntityRef, set[EntityRef]] = {}
    for group in organization.groups.values():
        for user in group.members:
            found.setdefault(user, set()).add(group.ref)
    for team in organization.sre_teams.values():
        for user in people_of(organization, team, day_of(organization, at)):
            found.setdefault(user, set()).add(team.group)
    return {user: frozenset(groups) for user, groups in found.items()}


def _shares(side: Side) -> Iterator[_Shares]:
    """Yield the share of each person in the long run, by what holds at once and then from each later day on."""
    watch_time = WatchTime(side.organization, side.at)
    known: dict[frozenset[str], _Shares] = {}
    for held in side.held:
        schedules = _schedules(side.organization, held)
        if schedules not in known:
            standing = watch_time.standing(schedules)
            known[schedules] = {person: watch_time.share(person, names) for person, names in standing.items()}
        yield known[schedules]


def _schedules(organization: Organization, held: Snapshot) -> frozenset[str]:
    """Return the schedules through which something is paged."""
    holdings = {holding for of_thing in held.values() for holding in of_thing.pagers.values()}
    named = {name for holding in holdings for name in (holding.policy, holding.outside_policy) if name}
    policies = (organization.escalation_policies[name] for name in named)
    return frozenset({name for policy in policies for name in policy.schedules} & organization.schedules.keys())
