"""What a change means for each person: the groups that they belong to, and the share of time that they are on call.

On call is who stands a turn of a schedule through which something is paged, or is called first and by name; who stands two
watches at once does so once.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from fractions import Fraction

from watchbill.org.belonging import leaving_days, members_of
from watchbill.org.charters import EscalationPolicy
from watchbill.org.claims import day_of
from watchbill.org.organization import Organization
from watchbill.org.values import EntityRef
from watchbill.org.watch_time import WatchTime

from .model import PersonChange
from .snapshots import Side, Snapshot
from .timeline import stretches

_Shares = Mapping[EntityRef, Fraction]
_Belonging = Mapping[EntityRef, frozenset[EntityRef]]
_NOTHING = Fraction(0)
_NO_GROUPS = frozenset[EntityRef]()


def people_changes(old: Side, new: Side) -> tuple[PersonChange, ...]:
    """Return for whom something changes, by their reference, and for each stretch of days on which it differs."""
    shares = list(zip(_shares(old), _shares(new), strict=True))
    groups = list(zip(_groups(old), _groups(new), strict=True))
    people = {user for before, after in shares for user in (*before, *after)}
    people |= {user for was, becomes in groups for user in (*was, *becomes)}
    return tuple(change for user in sorted(people) for change in _changes(user, shares, groups, old.days))


def _changes(
    user: EntityRef,
    shares: Sequence[tuple[_Shares, _Shares]],
    groups: Sequence[tuple[_Belonging, _Belonging]],
    days: Sequence[date],
) -> Iterator[PersonChange]:
    """Yield what changes for a person, in the order of days; who moves is told so with the share that begins that day, if one does."""
    moves = {change.span.since: change for change in _moves(user, shares, groups, days)}
    own = [(before.get(user, _NOTHING), after.get(user, _NOTHING)) for before, after in shares]
    for (before, after), span in stretches(own, days):
        if before != after:
            move = moves.get(span.since)
            moved = (move.joins, move.leaves) if move is not None else ()
            moves[span.since] = PersonChange(user, before, after, span, *moved)
    yield from sorted(moves.values(), key=lambda change: change.span.since or date.min)


def _moves(
    user: EntityRef,
    shares: Sequence[tuple[_Shares, _Shares]],
    groups: Sequence[tuple[_Belonging, _Belonging]],
    days: Sequence[date],
) -> Iterator[PersonChange]:
    """Yield the stretches on which a person belongs to other groups, with their shares on the first day of each."""
    own = [(was.get(user, _NO_GROUPS), becomes.get(user, _NO_GROUPS)) for was, becomes in groups]
    for (was, becomes), span in stretches(own, days):
        if was != becomes:
            before, after = shares[days.index(span.since) + 1 if span.since is not None else 0]
            joins, leaves = tuple(sorted(becomes - was)), tuple(sorted(was - becomes))
            yield PersonChange(user, before.get(user, _NOTHING), after.get(user, _NOTHING), span, joins, leaves)


def _groups(side: Side) -> Iterator[_Belonging]:
    """Yield the groups that each person belongs to, at once and then from each later day on."""
    leaving = leaving_days(side.organization)
    found = _groups_on(side.organization, day_of(side.organization, side.at))
    yield found
    for day in side.days:
        found = _groups_on(side.organization, day) if day in leaving else found
        yield found


def _groups_on(organization: Organization, day: date) -> _Belonging:
    found: dict[EntityRef, set[EntityRef]] = {}
    for group in organization.groups:
        for user in members_of(organization, group, day):
            found.setdefault(user, set()).add(group)
    return {user: frozenset(groups) for user, groups in found.items()}


def _shares(side: Side) -> Iterator[_Shares]:
    """Yield the share of each person in the long run, by what holds at once and then from each later day on."""
    watch_time = WatchTime(side.organization, side.at)
    known: dict[tuple[str, ...], _Shares] = {}
    for held in side.held:
        schedules = watch_time.called_by(_policies(side.organization, held))
        if schedules not in known:
            standing = watch_time.standing(schedules)
            known[schedules] = {person: watch_time.share(person, names) for person, names in standing.items()}
        yield known[schedules]


def _policies(organization: Organization, held: Snapshot) -> list[EscalationPolicy]:
    """Return the policies by which something is paged."""
    holdings = {holding for of_thing in held.values() for holding in of_thing.pagers.values()}
    named = {name for holding in holdings for name in (holding.policy, holding.outside_policy) if name}
    return [organization.escalation_policies[name] for name in sorted(named)]
