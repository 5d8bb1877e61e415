"""The map of many: SRE teams in a frame for each implementation, products in a frame for each Domain, lines between the frames.

Each team and product is a box that leads to its own map; what it is missing is written on it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping

from watchbill.lib.numbers import several
from watchbill.org.implementations import rules_of
from watchbill.org.organization import Organization
from watchbill.teams.map import OrganizationMap, Role
from watchbill.teams.map_parties import Party
from watchbill.teams.map_products import Product, domains

from . import map_words as words
from .map_boxes import alarm_of, side_title
from .map_groups import Groups
from .map_layout import Column, Lane
from .map_sketch import HELD, Addresses, Sketch, Tie, Words

TITLES = ("SRE teams", "Products", "Partners and owners")
MOST_DOMAINS = 40
MOST_BOXES = 240
_WIDTHS = (332, 332, 236)
_HEADING, _BOX, _TALL_BOX = 40, 24, 38
_FEW = 24


def overview(organization: Organization, found: OrganizationMap, parts: list[Product], addresses: Addresses) -> Sketch:
    """Return the sketch of a map that shows things together as their products."""
    boxes: dict[str, Words] = {}
    headings: dict[str, Words] = {}
    of_products = domains(organization, parts, MOST_DOMAINS)
    groups = Groups(found.groups)
    lanes = (
        tuple(_teams(found, addresses, boxes, headings)),
        tuple(_products(of_products, addresses, boxes, headings)),
        tuple(groups.lanes(boxes)),
    )
    columns = tuple(Column(each, width, keeps=True) for each, width in zip(lanes, _WIDTHS, strict=True))
    ties = tuple(_ties(organization, found, groups, [whole for whole, _ in of_products]))
    near = tuple(_near(organization, found, groups, parts))
    return Sketch(TITLES, columns, boxes, headings, ties, near=near)


def _across(count: int) -> int:
    return 2 if count <= _FEW else 3


def _teams(
    found: OrganizationMap, addresses: Addresses, boxes: dict[str, Words], headings: dict[str, Words]
) -> Iterator[Lane]:
    lanes: dict[str, list[Party]] = {}
    for party in found.teams:
        if party.team is not None:
            lanes.setdefault(rules_of(party.team.implementation).title, []).append(party)
    for title, parties in lanes.items():
        does = words.do_together([found.ties.get(party.key, {}) for party in parties], found.asked)
        headings[f"teams {title}"] = Words((f"{title}: {several(len(parties), 'team')}", does), None, "team")
        shown = parties if len(found.teams) <= MOST_BOXES else []
        for party in shown:
            lines = (party.title, words.does(found.ties.get(party.key), found.asked))
            shape = "team" if party.key in found.ties else "team idle"
            boxes[party.key] = Words(lines, addresses.map_of_team(party.name), shape)
        keys = tuple(party.key for party in shown)
        yield Lane(f"teams {title}", keys, _HEADING, _BOX, _across(len(found.teams)), framed=True)


def _products(
    of_products: list[tuple[Product, list[Product]]],
    addresses: Addresses,
    boxes: dict[str, Words],
    headings: dict[str, Words],
) -> Iterator[Lane]:
    count = sum(len(parts) for _, parts in of_products)
    for whole, parts in of_products:
        href = addresses.map_of_product(whole.ref) if whole.ref is not None else None
        headings[whole.key] = Words((whole.title, _totals(whole)), href, "thing", alarm_of(whole))
        shown = parts if count <= MOST_BOXES else [part for part in parts if part.bare][:_FEW]
        for part in shown:
            ref = part.ref
            boxes[part.key] = Words(
                (part.title, _totals(part)),
                addresses.map_of_product(ref) if ref is not None else None,
                "thing",
                alarm_of(part),
                (part.title, words.lacking(part.nobody, part.without_sre) or several(part.things, "thing")),
            )
        keys = tuple(part.key for part in shown)
        height = _TALL_BOX if any(part.is_bare for part in shown) else _BOX
        yield Lane(whole.key, keys, _HEADING, height, _across(count), framed=True)


def _totals(product: Product) -> str:
    return words.totals(product.things, product.nobody, product.without_sre, product.critical)


def _near(
    organization: Organization, found: OrganizationMap, groups: Groups, parts: Iterable[Product]
) -> Iterator[Tie]:
    verbs = words.verbs(found.asked.practice)
    for part in parts:
        for role, sides in part.sides.items():
            for side, count in sides.items():
                start = side.key if side.team is not None else groups.key_of(side)
                says = f"{side_title(organization, side)} {verbs[role]} {count} in {part.title}"
                yield Tie(start, part.key, role, says)


def _ties(
    organization: Organization, found: OrganizationMap, groups: Groups, wholes: Iterable[Product]
) -> Iterator[Tie]:
    titles: Mapping[str, str] = {
        name: rules_of(team.implementation).title for name, team in organization.sre_teams.items()
    }
    verbs = words.verbs(found.asked.practice)
    for whole in wholes:
        strongest: dict[str, tuple[Role, int]] = {}
        for role in sorted(Role, key=HELD.__getitem__):
            counts: Counter[str] = Counter()
            for side, count in whole.sides[role].items():
                counts[f"teams {titles[side.team]}" if side.team is not None else groups.key_of(side)] += count
            for start, count in counts.items():
                strongest.setdefault(start, (role, count))
        for start, (role, count) in strongest.items():
            who = start.partition(" ")[2] if start.startswith("teams ") else "Groups beside SRE"
            yield Tie(start, whole.key, role, f"{who}: {verbs[role]} {count} in {whole.title}")
