"""What the map says of an organisation at an instant: who answers for each thing, who takes part, who advises, where nobody does.

For pagers, or for one practice. From declared data alone; it decides nothing that coverage and duties do not.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from functools import cached_property

from watchbill.lib.garbage import uncollected
from watchbill.org.claims import day_of
from watchbill.org.coverage import PagerAnswer, coverage
from watchbill.org.duties import Duty, How, State, duty
from watchbill.org.entities import Thing, Tier, domains_of
from watchbill.org.names import thing_order
from watchbill.org.organization import Organization
from watchbill.org.values import EntityRef

from .coverage import usual_answers
from .map_parties import Party, parties_of
from .partners import beside_sre


class Role(StrEnum):
    """What somebody is to a thing: holds its pager or is accountable, takes part, or advises."""

    HOLDS = "holds"
    TAKES_PART = "takesPart"
    ADVISES = "advises"


@dataclass(frozen=True)
class Side:
    """Somebody on the map: an SRE team by its name, or a group or person that is none (`team` is None)."""

    team: str | None
    ref: EntityRef

    @property
    def key(self) -> str:
        """What names it on the map, and nothing else there."""
        return f"team {self.team}" if self.team is not None else str(self.ref)


@dataclass(frozen=True)
class Asked:
    """What a reader asks to see: one team or group, one product (System or Domain), one practice instead of pagers; None is all.

    `is_now` is false where they ask for another time than the present.
    """

    side: Side | None = None
    product: EntityRef | None = None
    practice: str | None = None
    is_now: bool = True


@dataclass(frozen=True)
class Fact:
    """Who answers for a thing: `holder` is None exactly where `gap` says what is missing. `team` is the SRE team that covers it.

    Those who take part do so under the agreement that covers the thing, and are called or accountable at other times.
    `state` is that of the practice that was asked for, None for pagers.
    """

    thing: Thing
    holder: Side | None
    taking_part: tuple[Side, ...]
    advisers: tuple[Side, ...]
    team: str | None
    gap: str | None
    state: State | None = None

    @property
    def ties(self) -> Iterator[tuple[Side, Role]]:
        """Everybody who has to do with the thing, and as what."""
        if self.holder is not None:
            yield self.holder, Role.HOLDS
        yield from ((side, Role.TAKES_PART) for side in self.taking_part)
        yield from ((side, Role.ADVISES) for side in self.advisers)

    @property
    def is_bare(self) -> bool:
        """Whether nobody answers for it, or no SRE team does though it matters much: what must be in plain sight."""
        return self.is_grave or (self.team is None and self.thing.tier is Tier.HIGH)

    @property
    def is_grave(self) -> bool:
        """Whether that is as bad as it can be: nobody at all, or no SRE team for what is critical."""
        return self.gap is not None or (self.team is None and self.thing.tier is Tier.CRITICAL)


@dataclass(frozen=True)
class OrganizationMap:
    """The map that was asked for: its facts by kind and title of the thing, and the SRE teams and other groups that are on it."""

    asked: Asked
    facts: tuple[Fact, ...]
    teams: tuple[Party, ...]
    groups: tuple[Party, ...]
    day: date

    @cached_property
    def ties(self) -> dict[str, dict[Role, int]]:
        """How many things each side is tied to, by the side's key and role."""
        found: dict[str, dict[Role, int]] = {}
        for fact in self.facts:
            for side, role in fact.ties:
                counts = found.setdefault(side.key, {})
                counts[role] = counts.get(role, 0) + 1
        return found

    @cached_property
    def owned(self) -> Counter[EntityRef]:
        """How many things each owner has."""
        return Counter(fact.thing.owner for fact in self.facts)

    @property
    def partners(self) -> int:
        """The number of groups with which SRE teams work."""
        return sum(bool(group.together) for group in self.groups)

    @property
    def nobody(self) -> int:
        """The number of things that nobody answers for."""
        return sum(fact.gap is not None for fact in self.facts)

    @property
    def without_sre(self) -> int:
        """The number of things that no SRE team covers, those of nobody among them."""
        return sum(fact.team is None for fact in self.facts)


def map_of(organization: Organization, at: datetime, asked: Asked) -> OrganizationMap:
    """Return the map of an organisation, as far as it was asked for."""
    with uncollected():
        day = day_of(organization, at)
        facts = sorted(
            (fact for fact in _Reader(organization, at).facts(asked.practice) if _is_asked(fact, asked, organization)),
            key=lambda fact: thing_order(fact.thing),
        )
        teams, groups = _parties(organization, day, asked, facts)
        return OrganizationMap(asked, tuple(facts), teams, groups, day)


def _parties(
    organization: Organization, day: date, asked: Asked, facts: Sequence[Fact]
) -> tuple[tuple[Party, ...], tuple[Party, ...]]:
    """Return who is on the map: all on the whole one, else those tied to what is shown, a team's partners, a product's owners."""
    sides = {side for fact in facts for side, _ in fact.ties} | ({asked.side} if asked.side is not None else set())
    named = {side.team for side in sides if side.team is not None}
    groups = {side.ref for side in sides if side.team is None}
    if asked.product is not None:
        groups |= {fact.thing.owner for fact in facts}
    if asked.side is not None:
        return parties_of(organization, day, named, groups, named & {asked.side.team or ""})
    if asked.product is not None:
        return parties_of(organization, day, named, groups, set())
    groups |= beside_sre(organization, day)
    return parties_of(organization, day, set(organization.sre_teams), groups, set(organization.sre_teams))


def _is_asked(fact: Fact, asked: Asked, organization: Organization) -> bool:
    thing, side, product = fact.thing, asked.side, asked.product
    if side is not None and thing.owner != side.ref and all(other != side for other, _ in fact.ties):
        return False
    return product is None or product == thing.system or product in domains_of(thing, organization.systems)


class _Reader:
    """Reads the facts of an organisation at one instant."""

    def __init__(self, organization: Organization, at: datetime) -> None:
        self._organization = organization
        self._at = at
        self._teams = {name: Side(name, team.group) for name, team in organization.sre_teams.items()}
        self._by_group = {side.ref: side for _, side in sorted(self._teams.items(), reverse=True)}

    def facts(self, practice: str | None) -> Iterator[Fact]:
        answers = usual_answers if practice is None else coverage
        for thing, answer in zip(
            self._organization.things_in_order(), answers(self._organization, self._at), strict=True
        ):
            if practice is not None:
                yield self._practised(thing, answer, duty(self._organization, thing, practice, self._at))
            else:
                yield self._held(thing, answer)

    def _held(self, thing: Thing, answer: PagerAnswer) -> Fact:
        holder = self._side(answer.holder, answer.team) if answer.holder is not None and answer.gap is None else None
        parties = [*self._covering(answer.team), *self._partner(answer.engagement)]
        taking_part, advisers = _others(holder, parties, self._named(answer.advisers))
        return Fact(thing, holder, taking_part, advisers, answer.team, answer.gap)

    def _practised(self, thing: Thing, answer: PagerAnswer, found: Duty) -> Fact:
        holder = self._side(found.accountable, found.team) if found.accountable is not None else None
        team = self._covering(found.team)
        joint = [*team, *self._partner(found.engagement)] if found.how is How.JOINT else []
        enabling = [*(team if found.how is How.PARTNER else ()), *self._named(answer.advisers)]
        taking_part, advisers = _others(holder, joint, enabling)
        return Fact(thing, holder, taking_part, advisers, found.team, found.gap, found.state)

    def _covering(self, team: str | None) -> list[Side]:
        return [self._teams[team]] if team is not None else []

    def _named(self, teams: Iterable[str]) -> list[Side]:
        return [self._teams[name] for name in teams]

    def _side(self, ref: EntityRef, team: str | None) -> Side:
        if team is not None and self._teams[team].ref == ref:
            return self._teams[team]
        return self._by_group.get(ref) or Side(None, ref)

    def _partner(self, engagement: str | None) -> list[Side]:
        agreed = self._organization.engagements.get(engagement or "")
        return [self._side(agreed.partner, None)] if agreed is not None else []


def _others(
    holder: Side | None, parties: Iterable[Side], advising: Iterable[Side]
) -> tuple[tuple[Side, ...], tuple[Side, ...]]:
    """Return who takes part and who advises, nobody twice."""
    taking_part = tuple(side for side in dict.fromkeys(parties) if side != holder)
    return taking_part, tuple(side for side in dict.fromkeys(advising) if side not in {holder, *taking_part})
