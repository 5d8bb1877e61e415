"""The map in single boxes: one for each SRE team and each group beside them, and between them one for each thing or each product.

A line for each tie. What there is room for is decided by `map_picture.py`.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import partial

from watchbill.org.implementations import rules_of
from watchbill.org.organization import Organization
from watchbill.org.values import EntityRef
from watchbill.teams.map import Fact, OrganizationMap, Side
from watchbill.teams.map_parties import Party
from watchbill.teams.map_products import Product, title_of

from . import map_words as words
from .map_groups import Groups
from .map_layout import Column, Lane
from .map_sketch import Addresses, Sketch, Tie, Words

THINGS = "Services, workflows and resources"
WIDTH = 284
HEADING = 20
_TWO_LINES, _THREE_LINES = 38, 53


def one_by_one(organization: Organization, found: OrganizationMap, addresses: Addresses) -> Sketch:
    """Return the sketch of a map that shows every single thing."""
    boxes = _Boxes(organization, found, addresses)
    verbs = words.verbs(found.asked.practice)
    ties = [
        Tie(
            side.key,
            str(fact.thing.ref),
            role,
            f"{side_title(organization, side)} {verbs[role]} {fact.thing.title or fact.thing.ref.name}",
        )
        for fact in found.facts
        for side, role in fact.ties
    ]
    owned = tuple((str(fact.thing.owner), str(fact.thing.ref)) for fact in found.facts)
    return boxes.sketch(THINGS, boxes.things(), ties, owned)


def by_product(
    organization: Organization,
    found: OrganizationMap,
    of_products: list[Product],
    addresses: Addresses,
    groups: Groups | None = None,
) -> Sketch:
    """Return the sketch of a map that shows things together as their products, and everybody else one by one.

    Groups beside the SRE teams stand together where they are given so.
    """
    boxes = _Boxes(organization, found, addresses, groups)
    verbs = words.verbs(found.asked.practice)
    ties = [
        Tie(start, product.key, role, f"{who} {verbs[role]} {count} in {product.title}")
        for product in of_products
        for role, counts in product.sides.items()
        for (start, who), count in _by_box(organization, counts, groups).items()
    ]
    return boxes.sketch("Products", boxes.products(of_products), ties)


def _by_box(
    organization: Organization, counts: Mapping[Side, int], groups: Groups | None
) -> Mapping[tuple[str, str], int]:
    """Return counts by the box in which each side stands, and what it is called there."""
    found: Counter[tuple[str, str]] = Counter()
    for side, count in counts.items():
        if groups is None or side.team is not None:
            found[side.key, side_title(organization, side)] += count
        else:
            found[groups.key_of(side), "Groups beside SRE:"] += count
    return found


def side_title(organization: Organization, side: Side) -> str:
    """Return what a side is called."""
    team = organization.sre_teams.get(side.team or "")
    return (team.title or team.name) if team is not None else title_of(organization, side.ref)


def team_words(organization: Organization, found: OrganizationMap, party: Party) -> tuple[str, ...]:
    """Return what the map says of an SRE team."""
    named = partial(title_of, organization)
    return words.of_team(party, found.ties.get(party.key), found.asked, named)


def alarm_of(bare: Fact | Product) -> str:
    """Return how loudly it must be said that somebody is missing: `bad`, `warn`, or not at all."""
    return "bad" if bare.is_grave else "warn" if bare.is_bare else ""


@dataclass(frozen=True)
class _Boxes:
    """Makes the lanes of a map, and keeps the words of what stands in them."""

    organization: Organization
    found: OrganizationMap
    addresses: Addresses
    groups: Groups | None = None
    boxes: dict[str, Words] = field(default_factory=dict)
    headings: dict[str, Words] = field(default_factory=dict)

    def sketch(
        self, title: str, middle: Iterator[Lane], ties: list[Tie], near: tuple[tuple[str, str], ...] = ()
    ) -> Sketch:
        beside = self._groups() if self.groups is None else self.groups.lanes(self.boxes)
        lanes = (self._teams(), middle, beside)
        columns = tuple(Column(tuple(each), WIDTH) for each in lanes)
        titles = ("SRE teams", title, "Partners and owners")
        return Sketch(titles, columns, self.boxes, self.headings, tuple(ties), near)

    def things(self) -> Iterator[Lane]:
        lanes: dict[EntityRef, list[Fact]] = {}
        named = partial(title_of, self.organization)
        for fact in self.found.facts:
            lanes.setdefault(fact.thing.system or fact.thing.owner, []).append(fact)
            lines = words.of_thing(fact, self.found.asked.practice, named)
            href = self.addresses.page_of_thing(fact.thing.ref)
            self.boxes[str(fact.thing.ref)] = Words(lines, href, "thing", alarm_of(fact))
        for ref, facts in lanes.items():
            key, title = f"things of {ref}", title_of(self.organization, ref)
            is_product = ref.kind in {"system", "domain"}
            heading = title if is_product else f"of {title}, in no System"
            self.headings[key] = Words((heading,), self.addresses.map_of_product(ref), "thing")
            height = _THREE_LINES if any(fact.is_bare for fact in facts) else _TWO_LINES
            yield Lane(key, tuple(str(fact.thing.ref) for fact in facts), HEADING, height)

    def products(self, of_products: list[Product]) -> Iterator[Lane]:
        for product in of_products:
            href = self.addresses.map_of_product(product.ref) if product.ref is not None else None
            totals = words.totals(product.things, product.nobody, product.without_sre, product.critical)
            self.boxes[product.key] = Words((product.title, totals), href, "thing", alarm_of(product))
            yield Lane(f"lane of {product.key}", (product.key,), 0, _TWO_LINES)

    def _teams(self) -> Iterator[Lane]:
        lanes: dict[str, list[str]] = {}
        for party in self.found.teams:
            if party.team is not None:
                lanes.setdefault(rules_of(party.team.implementation).title, []).append(party.key)
                lines = team_words(self.organization, self.found, party)
                self.boxes[party.key] = Words(lines, self.addresses.page_of(party), "team")
        for title, keys in lanes.items():
            self.headings[f"teams {title}"] = Words((title,), None, "team")
            yield Lane(f"teams {title}", tuple(keys), HEADING, _THREE_LINES)

    def _groups(self) -> Iterator[Lane]:
        for party in self.found.groups:
            is_catch_all = party.ref == self.organization.catch_all
            lines = words.of_group(party, self.found, is_catch_all=is_catch_all)
            href = self.addresses.page_of(party) if party.ref in self.organization.groups else None
            self.boxes[party.key] = Words(lines, href, "group")
            yield Lane(f"group {party.key}", (party.key,), 0, _THREE_LINES if len(lines) > 2 else _TWO_LINES)
