"""What documents give to those who cover a thing or consult on it: actions by name, and in which of its repositories.

What a role may do by them is the authority's matter.
"""

from __future__ import annotations

from datetime import date

from .charters import Engagement
from .claims import CLAIMING, Adviser, Source
from .entities import Thing
from .implementations import Reach, rules_of

CHANGES = frozenset({"changeCode", "changeConfig"})


def terms_of(source: Source, thing: Thing) -> frozenset[str]:
    """Return what a claim gives: what the engagement names, else the implementation's default; consultants never change.

    A change is given where at least one repository of the thing is open to it.
    """
    given = _named(source, thing)
    if source.rules.advises_only:
        return given - CHANGES
    return frozenset(action for action in given | CHANGES if _is_given(source, thing, action, given))


def open_repositories(source: Source, thing: Thing, action: str) -> tuple[str, ...]:
    """Return in which of a thing's repositories a claim gives a change: those that the agreement names so, and those it leaves out."""
    given = _named(source, thing)
    return tuple(each for each in thing.repositories if action in _in_repository(source, each, given))


def consultants_terms(engagement: Engagement) -> frozenset[str]:
    """Return what an engagement gives to consultants: what it names, and never a change."""
    return (engagement.authority or frozenset()) - CHANGES


def consults(adviser: Adviser, day: date) -> bool:
    """Whether a team advises as consultants do: by an engagement in force, and as its whole part."""
    engagement = adviser.engagement
    is_consultant = rules_of(adviser.team.implementation).advises_only
    return engagement is not None and is_consultant and engagement.state_at(day) in CLAIMING


def _named(source: Source, thing: Thing) -> frozenset[str]:
    named = source.engagement.authority if source.engagement is not None else None
    if named is not None:
        return named
    is_own = source.rules.changes is Reach.OWN and thing.owner == source.team.group
    return source.rules.default_authority | CHANGES if is_own else source.rules.default_authority


def _is_given(source: Source, thing: Thing, action: str, given: frozenset[str]) -> bool:
    if action not in CHANGES or not thing.repositories:
        return action in given
    return any(action in _in_repository(source, each, given) for each in thing.repositories)


def _in_repository(source: Source, repository: str, given: frozenset[str]) -> frozenset[str]:
    agreement = source.engagement.agreement if source.engagement is not None else None
    named = agreement.repositories if agreement is not None else None
    return given if named is None else named.get(repository, given)
