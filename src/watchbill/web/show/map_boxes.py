"""The map one by one: a box for each SRE team, each thing, each group beside them, and a line for each tie."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

from watchbill.org.implementations import rules_of
from watchbill.org.organization import Organization
from watchbill.org.values import EntityRef
from watchbill.teams.map import Fact, OrganizationMap, Side
from watchbill.teams.map_parties import Party
from watchbill.teams.map_products import title_of

from . import map_words as words
from .map_layout import Column, Lane
from .map_sketch import Addresses, Sketch, Tie, Words

TITLES = ("SRE teams", "Services, workflows and resources", "Partners and owners")
WIDTH = 284
HEADING = 20
_TWO_LINES, _THREE_LINES = 38, 53


def one_by_one(organization: Organization, found: OrganizationMap, addresses: Addresses) -> Sketch:
    """Return the sketch of a map that shows every single thing."""
    boxes: dict[str, Words] = {}
    headings: dict[str, Words] = {}
    columns = tuple(
        Column(tuple(lanes), WIDTH)
        for lanes in (
            _teams(organization, found, addresses, boxes, headings),
            _things(organization, found, addresses, boxes, headings),
            _groups(organization, found, addresses, boxes),
        )
    )
    owned = tuple((str(fact.thing.owner), str(fact.thing.ref)) for fact in found.facts)
    return Sketch(TITLES, columns, boxes, headings, tuple(_ties(organization, found)), owned)


def team_words(organization: Organization, found: OrganizationMap, party: Party) -> tuple[str, ...]:
    """Return what the map says of an SRE team."""
    named = partial(title_of, organization)
    return words.of_team(party, found.ties.get(party.key), found.asked.practice, named)


def _teams(
    organization: Organization,
    found: OrganizationMap,
    addresses: Addresses,
    boxes: dict[str, Words],
    headings: dict[str, Words],
) -> Iterator[Lane]:
    lanes: dict[str, list[str]] = {}
    for party in found.teams:
        if party.team is not None:
            lanes.setdefault(rules_of(party.team.implementation).title, []).append(party.key)
            boxes[party.key] = Words(team_words(organization, found, party), addresses.page_of(party), "team")
    for title, keys in lanes.items():
        headings[f"teams {title}"] = Words((title,), None, "team")
        yield Lane(f"teams {title}", tuple(keys), HEADING, _THREE_LINES)


def _things(
    organization: Organization,
    found: OrganizationMap,
    addresses: Addresses,
    boxes: dict[str, Words],
    headings: dict[str, Words],
) -> Iterator[Lane]:
    lanes: dict[EntityRef, list[Fact]] = {}
    for fact in found.facts:
        lanes.setdefault(fact.thing.system or fact.thing.owner, []).append(fact)
        boxes[str(fact.thing.ref)] = Words(
            words.of_thing(fact, found.asked.practice, partial(title_of, organization)),
            addresses.page_of_thing(fact.thing.ref),
            "thing",
            alarm_of(fact),
        )
    for ref, facts in lanes.items():
        key = f"things of {ref}"
        title = title_of(organization, ref)
        is_product = ref.kind in {"system", "domain"}
        headings[key] = Words(
            (title if is_product else f"of {title}, in no System",), addresses.map_of_product(ref), "thing"
        )
        height = _THREE_LINES if any(fact.is_bare for fact in facts) else _TWO_LINES
        yield Lane(key, tuple(str(fact.thing.ref) for fact in facts), HEADING, height)


def alarm_of(fact: Fact) -> str:
    """Return how loudly it must be said that somebody is missing."""
    return "bad" if fact.is_grave else "warn" if fact.is_bare else ""


def _groups(
    organization: Organization, found: OrganizationMap, addresses: Addresses, boxes: dict[str, Words]
) -> Iterator[Lane]:
    for party in found.groups:
        catch_all = party.ref == organization.catch_all
        lines = words.of_group(party, found.ties.get(party.key), found.asked.practice, catch_all)
        href = addresses.page_of(party) if party.ref in organization.groups else None
        boxes[party.key] = Words(lines, href, "group")
        height = _THREE_LINES if len(lines) > 2 else _TWO_LINES
        yield Lane(f"group {party.key}", (party.key,), 0, height)


def _ties(organization: Organization, found: OrganizationMap) -> Iterator[Tie]:
    verbs = words.verbs(found.asked.practice)
    for fact in found.facts:
        for side, role in fact.ties:
            says = f"{side_title(organization, side)} {verbs[role]} {fact.thing.title or fact.thing.ref.name}"
            yield Tie(side.key, str(fact.thing.ref), role, says)


def side_title(organization: Organization, side: Side) -> str:
    """Return what a side is called."""
    team = organization.sre_teams.get(side.team or "")
    return (team.title or team.name) if team is not None else title_of(organization, side.ref)
