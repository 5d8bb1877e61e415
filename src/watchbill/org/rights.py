"""What each group of people may do to a thing: the rows of the table of authority, read by group. It decides nothing itself."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date, datetime

from .approvals import partners_of
from .authority import Action, Role, gives
from .charters import Engagement
from .claims import Claims, claims_at
from .entities import Thing
from .organization import Organization
from .terms import consultants_terms, consults, terms_of
from .values import EntityRef

Rights = Mapping[EntityRef, frozenset[Action]]


def rights(organization: Organization, at: datetime) -> Mapping[EntityRef, Rights]:
    """Return for every thing which groups may do what to it: its owner, who covers it and who advises on it.

    What anyone may, an administrator, a lead or a person on watch, does not depend on the group and is left out.
    """
    claims = claims_at(organization, at)
    return {thing.ref: _rights(organization, claims, thing) for thing in organization.things.values()}


def _rights(organization: Organization, claims: Claims, thing: Thing) -> Rights:
    found: dict[EntityRef, frozenset[Action]] = {}
    for group, actions in _parts(organization, claims, thing):
        found[group] = found.get(group, frozenset()) | actions
    return found


def _parts(organization: Organization, claims: Claims, thing: Thing) -> Iterator[tuple[EntityRef, frozenset[Action]]]:
    yield thing.owner, _of(Role.OWNER)
    standing = claims.standing(thing)
    if (winner := standing.winner) is not None:
        yield winner.source.team.group, _of(Role.MEMBER, terms_of(winner.source, thing))
    for adviser in standing.advisers:
        yield adviser.team.group, _of(Role.ADVISER)
        if adviser.engagement is not None and consults(adviser, claims.day):
            yield adviser.team.group, _of_consultants(organization, adviser.engagement, thing, claims.day)


def _of_consultants(organization: Organization, engagement: Engagement, thing: Thing, day: date) -> frozenset[Action]:
    given = _of(Role.CONSULTANT, consultants_terms(engagement))
    return (
        given - {Action.BREAK_GLASS} if partners_of(organization, engagement, thing.owner, None, day).nobody else given
    )


def _of(role: Role, terms: frozenset[str] = frozenset()) -> frozenset[Action]:
    """Return what a role may by the table; where terms count, what they give."""
    return frozenset(action for action in Action if gives(role, action, terms))
