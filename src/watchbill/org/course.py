"""The course of coverage over several instants: what an engagement's move or an opening reaches is asked anew, the rest stays.

Who answers is decided in `coverage.py`; here is only which things can have another answer than at the instant before.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
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
    things = tuple(thing for _, thing in sorted(organization.things.items()))
    answers: dict[EntityRef, PagerAnswer] = {}
    by_facet: dict[EntityRef, list[Thing]] = {}
    for position, at in enumerate(instants):
        if position == 0:
            asked = things
            answers = {thing.ref: answer for thing, answer in zip(things, coverage(organization, at), strict=True)}
        else:
            by_facet = by_facet or _by_facet(organization)
            changed = _changed(organization, instants[position - 1], at)
            reached = {ref for engagement in changed for ref in _reached(engagement.scope, by_facet, answers)}
            asked = tuple(organization.things[ref] for ref in sorted(reached))
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


def _by_facet(organization: Organization) -> dict[EntityRef, list[Thing]]:
    found: dict[EntityRef, list[Thing]] = {}
    for thing in organization.things.values():
        for facet in (thing.ref, thing.system, thing.owner, *domains_of(thing, organization.systems)):
            if facet is not None:
                found.setdefault(facet, []).append(thing)
    return found


def _reached(
    scope: Scope, by_facet: dict[EntityRef, list[Thing]], everything: dict[EntityRef, PagerAnswer]
) -> Iterator[EntityRef]:
    if scope.everything:
        yield from everything
    for key in scope.things | scope.systems | scope.domains | scope.owned_by:
        yield from (thing.ref for thing in by_facet.get(key, ()))
