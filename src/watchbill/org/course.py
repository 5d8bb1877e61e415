"""The course of coverage over several instants: what an engagement's move or an opening reaches is asked anew, the rest stays.

Who answers is decided in `coverage.py`; here is only which things can have another answer than at the instant before.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from .charters import AlertClass, Engagement, Scope
from .claims import day_of
from .coverage import PagerAnswer, coverage, pager, shut_hours
from .entities import Thing, domains_of
from .organization import Organization
from .values import EntityRef


@dataclass(frozen=True)
class Moment:
    """Who is paged for every thing at an instant, by reference; `asked` are the things that may have another answer than before."""

    at: datetime
    asked: tuple[Thing, ...]
    answers: tuple[PagerAnswer, ...]


def course(organization: Organization, instants: Sequence[datetime]) -> Iterator[Moment]:
    """Yield who is paged at each of the instants, which are in order: for what fails by itself."""
    things = organization.things_in_order()
    answers: dict[EntityRef, PagerAnswer] = {}
    for position, at in enumerate(instants):
        if position == 0:
            asked = things
            answers = {thing.ref: answer for thing, answer in zip(things, coverage(organization, at), strict=True)}
        else:
            changed = _changed(organization, instants[position - 1], at)
            asked = tuple(organization.things[ref] for ref in sorted(reached(organization, changed)))
            answers |= {each.ref: pager(organization, each.ref, AlertClass.APPLICATION, at) for each in asked}
        yield Moment(at, asked, tuple(answers.values()))


def _changed(organization: Organization, before: datetime, at: datetime) -> list[Engagement]:
    """Return the engagements that are in another state than before, or whose hours have opened or closed."""
    day_before, day = day_of(organization, before), day_of(organization, at)
    hours = shut_hours(organization, before) ^ shut_hours(organization, at)
    return [
        engagement
        for engagement in organization.engagements.values()
        if engagement.pager.hours in hours or engagement.state_at(day_before) is not engagement.state_at(day)
    ]


def reached(organization: Organization, engagements: Iterable[Engagement]) -> set[EntityRef]:
    """Return the things that the scopes of some engagements reach, those that they leave out among them."""
    return reached_by(organization, [engagement.scope for engagement in engagements])


def reached_by(organization: Organization, scopes: Iterable[Scope]) -> set[EntityRef]:
    """Return the things that some scopes reach, those that they leave out among them."""
    found: set[EntityRef] = set()
    for scope in scopes:
        if scope.everything:
            return set(organization.things)
        by_facet = organization.memory.recall("things by facet", lambda: _by_facet(organization))
        for key in scope.things | scope.systems | scope.domains | scope.owned_by:
            found.update(by_facet.get(key, ()))
    return found


def meant(organization: Organization, scope: Scope) -> Iterator[Thing]:
    """Yield what a scope is about, without what it leaves out."""
    for ref in sorted(reached_by(organization, [scope])):
        thing = organization.things[ref]
        around = {ref, thing.system, thing.owner, *domains_of(thing, organization.systems)}
        if not around & scope.excluded:
            yield thing


def _by_facet(organization: Organization) -> dict[EntityRef, list[EntityRef]]:
    found: dict[EntityRef, list[EntityRef]] = {}
    for thing in organization.things.values():
        for facet in (thing.ref, thing.system, thing.owner, *domains_of(thing, organization.systems)):
            if facet is not None:
                found.setdefault(facet, []).append(thing.ref)
    return found
