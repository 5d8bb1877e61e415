"""Lists of services as people ask for them: by who answers, owner, tier, cover, state of their goals and words, in an order."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from watchbill.lib.ordering import as_counted
from watchbill.org.coverage import PagerAnswer, pager
from watchbill.org.entities import Thing, Tier
from watchbill.org.names import name_of
from watchbill.org.organization import Organization
from watchbill.org.values import EntityRef
from watchbill.practices.goals.fleet import URGENCY, Fleet
from watchbill.practices.goals.model import GoalState

from .explain import usual_class

NOBODY = "none"
_TIERS = tuple(Tier)
_NO_GOAL = frozenset({len(URGENCY)})


class Covered(StrEnum):
    """Whether an SRE team answers for a service and the way to a person has no gap."""

    YES = "yes"
    NO = "no"


class ThingOrder(StrEnum):
    """What a list of services begins with."""

    NAME = "name"
    TIER = "tier"
    OWNER = "owner"
    URGENCY = "urgency"


@dataclass(frozen=True)
class AskedThings:
    """Which services are asked for: those of which all that is said is so. `team` is an SRE team, or “none”; `words` are in the name.

    `state` is that of one of its goals at least.
    """

    team: str = ""
    owner: EntityRef | None = None
    tier: Tier | None = None
    covered: Covered | None = None
    state: GoalState | None = None
    words: str = ""
    order: ThingOrder = ThingOrder.NAME


@dataclass(frozen=True)
class ListedThing:
    """A service with who answers for it."""

    thing: Thing
    held: PagerAnswer

    @property
    def is_covered(self) -> bool:
        """Whether an SRE team answers for it and the way to a person has no gap."""
        return self.held.team is not None and self.held.gap is None


@dataclass(frozen=True)
class FoundThings:
    """The services that were asked for, in order; `whatever_cover` and `not_covered` count them with and without SRE."""

    rows: Sequence[ListedThing]
    whatever_cover: int
    not_covered: int


def found_things(organization: Organization, fleet: Fleet, asked: AskedThings, at: datetime) -> FoundThings:
    """Return the services that were asked for at an instant."""
    states = _states(fleet)
    every = (ListedThing(each, _held(organization, each, at)) for each in organization.things_in_order())
    like = [each for each in every if _is_like(each, asked, states)]
    rows = [each for each in like if asked.covered is None or each.is_covered is (asked.covered is Covered.YES)]
    rows.sort(key=_key(organization, asked.order, states))
    return FoundThings(rows, len(like), sum(not each.is_covered for each in like))


def owners(organization: Organization) -> list[EntityRef]:
    """Return who owns something, by what they are called."""
    found = {thing.owner for thing in organization.things.values()}
    return sorted(found, key=lambda ref: as_counted(name_of(organization, ref)))


def _held(organization: Organization, thing: Thing, at: datetime) -> PagerAnswer:
    return pager(organization, thing.ref, usual_class(thing), at)


def _states(fleet: Fleet) -> Mapping[EntityRef, AbstractSet[int]]:
    """Return the states of each service's goals, as places in the order of urgency."""
    found: dict[EntityRef, set[int]] = defaultdict(set)
    for name, urgency in zip(fleet.names, fleet.urgency.tolist(), strict=True):
        found[fleet.goals[name].service].add(urgency)
    return found


def _is_like(row: ListedThing, asked: AskedThings, states: Mapping[EntityRef, AbstractSet[int]]) -> bool:
    thing = row.thing
    text = f"{thing.ref.name} {thing.title}".casefold()
    return (
        (not asked.team or (row.held.team or NOBODY) == asked.team)
        and asked.owner in (None, thing.owner)
        and asked.tier in (None, thing.tier)
        and (asked.state is None or URGENCY.index(asked.state) in states.get(thing.ref, ()))
        and all(word in text for word in asked.words.casefold().split())
    )


def _key(
    organization: Organization, order: ThingOrder, states: Mapping[EntityRef, AbstractSet[int]]
) -> Callable[[ListedThing], Any]:
    def by_name(row: ListedThing) -> Any:
        return as_counted(row.thing.ref.name), row.thing.ref

    def by_tier(row: ListedThing) -> Any:
        return _TIERS.index(row.thing.tier), by_name(row)

    def by_owner(row: ListedThing) -> Any:
        return as_counted(name_of(organization, row.thing.owner)), by_name(row)

    def by_urgency(row: ListedThing) -> Any:
        return min(states.get(row.thing.ref, _NO_GOAL)), by_tier(row)

    keys = {ThingOrder.TIER: by_tier, ThingOrder.OWNER: by_owner, ThingOrder.URGENCY: by_urgency}
    return keys.get(order, by_name)
