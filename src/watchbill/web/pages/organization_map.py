"""The map: the organisation at a glance, as a picture and as lists that say the same."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from zoneinfo import ZoneInfo

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from watchbill.lib.errors import Invalid
from watchbill.lib.ordering import as_counted
from watchbill.org.entities import Tier
from watchbill.org.implementations import PRACTICES
from watchbill.org.names import thing_order
from watchbill.org.organization import Organization
from watchbill.teams.map import Asked, Fact, OrganizationMap, map_of
from watchbill.teams.map_parties import Party
from watchbill.teams.map_products import Product, products, title_of
from watchbill.web.api.values import read_instant
from watchbill.web.doors import doors_of
from watchbill.web.lookups import product_named, side_named
from watchbill.web.show import map_words
from watchbill.web.show.map_boxes import side_title, team_words
from watchbill.web.show.map_groups import anchor_of, by_kind
from watchbill.web.show.map_picture import Picture, is_one_by_one, picture
from watchbill.web.show.map_sketch import Addresses

from .frame import page

MOST_ROWS = 250
MOST_BARE = 6
_FILTERS = ("team", "product", "practice", "at")
_TIERS = list(Tier)


@dataclass(frozen=True)
class Shown:
    """The map as a page shows it: drawn, and in rows of things, or of products where things are too many."""

    found: OrganizationMap
    drawn: Picture
    things: Sequence[Fact]
    products: Sequence[Product]
    beside: Sequence[tuple[str, Sequence[Party]]]
    bare: Sequence[Fact]
    bare_in_all: int


async def shown(request: Request) -> Response:
    """Show the map, or the part of it around a team or product; for a practice, and at an instant, where they are given."""
    doors = doors_of(request)
    organization = doors.in_force.organization
    filters = {name: value for name in _FILTERS if (value := request.query_params.get(name, "").strip())}
    asked = _asked(organization, filters)
    at = _instant(filters["at"], organization) if "at" in filters else doors.clock.now()
    addresses = Addresses({name: value for name, value in filters.items() if name in {"practice", "at"}})
    seen = await run_in_threadpool(_shown, organization, at, asked, addresses)
    return await page(
        request,
        "map.html",
        seen=seen,
        filters=filters,
        asked=asked,
        at=at,
        addresses=addresses,
        anchor_of=anchor_of,
        words=map_words,
        practices=PRACTICES,
        most_rows=MOST_ROWS,
        verbs=map_words.verbs(asked.practice),
        title_of=lambda ref: title_of(organization, ref),
        called=lambda side: side_title(organization, side),
        ways_out=_ways_out(organization, asked, addresses),
        of_team=lambda party: team_words(organization, seen.found, party),
        teams=sorted(organization.sre_teams.values(), key=lambda each: as_counted(each.title or each.name)),
        products=sorted(
            ((title_of(organization, ref), str(ref)) for ref in organization.systems),
            key=lambda each: as_counted(each[0]),
        ),
    )


def _ways_out(organization: Organization, asked: Asked, addresses: Addresses) -> list[tuple[str, str]]:
    """Return where a map that has nothing leads, in words and by address; nowhere where all was asked for."""
    ways = []
    if asked.side is not None and asked.product is not None:
        key = asked.side.team or str(asked.side.ref)
        ways.append((f"The map of {side_title(organization, asked.side)}", addresses.map_of_team(key)))
        ways.append((f"The map of {title_of(organization, asked.product)}", addresses.map_of_product(asked.product)))
    return [*ways, ("The whole map", addresses.whole_map)] if asked.side or asked.product else []


def _shown(organization: Organization, at: datetime, asked: Asked, addresses: Addresses) -> Shown:
    found = map_of(organization, at, asked)
    bare = sorted(
        (fact for fact in found.facts if fact.is_bare),
        key=lambda fact: (fact.gap is None, _TIERS.index(fact.thing.tier), thing_order(fact.thing)),
    )
    is_single = is_one_by_one(found)
    return Shown(
        found,
        picture(organization, found, addresses),
        found.facts if is_single else (),
        () if is_single else products(organization, found.facts),
        [("", found.groups)] if is_single else by_kind(found.groups[:MOST_ROWS]),
        bare[:MOST_BARE],
        len(bare),
    )


def _asked(organization: Organization, filters: dict[str, str]) -> Asked:
    practice = filters.get("practice")
    if practice is not None and practice not in PRACTICES:
        raise Invalid(f"There is no practice “{practice[:80]}”.", f"The eight are {', '.join(PRACTICES)}.", "practice")
    return Asked(
        side_named(organization, filters["team"]) if "team" in filters else None,
        product_named(organization, filters["product"]) if "product" in filters else None,
        practice,
        is_now="at" not in filters,
    )


def _instant(text: str, organization: Organization) -> datetime:
    """Read an instant as the API does, or a day, which stands for its noon where the organisation is."""
    try:
        if len(text) == len("2026-05-03"):
            noon = datetime.combine(date.fromisoformat(text), time(12), ZoneInfo(organization.time_zone))
            return read_instant(noon.isoformat())
        return read_instant(text)
    except ValueError as error:
        mend = "Write a day as in 2026-05-03, or a time with its offset as in 2026-05-03T12:00:00Z, from 1990 to 2200."
        raise Invalid(f"“{text[:80]}” is no day and no time.", mend, "at") from error


ROUTES = [Route("/map", shown, methods=["GET"], name="map")]
