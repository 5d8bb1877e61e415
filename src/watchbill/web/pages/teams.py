"""Teams: the SRE teams with their charter, people and engagements, and the partner groups beside them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from enum import StrEnum

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from watchbill.lib.ordering import as_counted
from watchbill.org.charters import Implementation
from watchbill.org.claims import day_of
from watchbill.org.findings import RULES
from watchbill.org.implementations import rules_of
from watchbill.org.organization import Organization
from watchbill.teams.guests import guests_of
from watchbill.teams.map import Asked
from watchbill.teams.partners import beside_sre, partners_on
from watchbill.teams.practised import practised
from watchbill.teams.view import DeclaredTeam
from watchbill.web.doors import doors_of
from watchbill.web.lists import Window, address, one_of, said_in, start_of
from watchbill.web.show import map_words

from .advice import team_advice
from .findings import team_findings
from .frame import page
from .on_watch import watchers
from .rows import by_urgency, goal_rows, held_by, uncovered

MOST_BESIDE = 20
MOST_WATCHERS = 20
FILTERS = ("kind", "q", "implementation", "sort", "from")
ORDERS = [("", "by name"), ("answersFor", "the most to answer for first"), ("people", "the most people first")]


class TeamKind(StrEnum):
    """Which list of teams is asked for alone."""

    SRE = "sre"
    PARTNERS = "partners"


class TeamOrder(StrEnum):
    """What a list of teams begins with."""

    NAME = "name"
    COVERS = "answersFor"
    PEOPLE = "people"


async def listed(request: Request) -> Response:
    """Show the SRE teams, and the groups beside them: partners and owners.

    `?kind=` shows one of the two lists, `q` and `implementation` choose, `sort` orders, `from` goes on in the list of `kind`.
    """
    doors = doors_of(request)
    now = doors.clock.now()
    said = said_in(request, FILTERS)
    kind, order = one_of(TeamKind, said, "kind"), one_of(TeamOrder, said, "sort")
    chosen = one_of(Implementation, said, "implementation")
    sre_teams = [
        each
        for each in await doors.teams.sre_teams(now)
        if chosen in (None, each.team.implementation if each.team else None)
    ]
    partners = await doors.teams.partners(now) if chosen is None else []
    organization = doors.in_force.organization
    watch = watchers(await doors.oncall.on_call_now(now), organization)
    working, others = _beside(organization, day_of(organization, now))
    return await page(
        request,
        "teams.html",
        head=map_words.parties(len(organization.sre_teams), working, others),
        beside=map_words.beside(working, others),
        does=lambda team: map_words.does(team.ties, Asked()),
        teams=_window(sre_teams, said, order, is_alone=kind is TeamKind.SRE),
        partners=_window(partners, said, order, is_alone=kind is TeamKind.PARTNERS),
        kind=kind,
        said={name: said.get(name, "") for name in FILTERS},
        implementations=[(each.value, rules_of(each).title.lower()) for each in Implementation],
        orders=ORDERS,
        watch=watch[:MOST_WATCHERS],
        watchers=len(watch),
        link=lambda **changed: address("/teams", said | {"from": ""} | changed),
    )


def _beside(organization: Organization, day: date) -> tuple[int, int]:
    """Return how many groups work with SRE teams on a day, and how many others there are, as the map counts them."""
    partners = partners_on(organization, day)
    return len(partners), len(beside_sre(organization, day) - partners)


def _window(
    teams: Sequence[DeclaredTeam], said: Mapping[str, str], order: TeamOrder | None, *, is_alone: bool
) -> Window[DeclaredTeam]:
    """Return the rows of a list: a page of it where it is asked for alone, its beginning beside the other list."""
    words = said.get("q", "").casefold().split()
    like = [each for each in teams if all(word in f"{each.title} {each.name}".casefold() for word in words)]
    like.sort(key=lambda each: (_size(each, order), as_counted(each.title), each.ref))
    found = Window.of(like, start_of(said) if is_alone else 0)
    return found if is_alone else Window(found.rows[:MOST_BESIDE], 0, found.total)


def _size(team: DeclaredTeam, order: TeamOrder | None) -> int:
    if order is TeamOrder.COVERS:
        return -len(team.covers)
    return -len(team.people) if order is TeamOrder.PEOPLE else 0


async def one(request: Request) -> Response:
    """Show an SRE team by its name, or a group of the catalog by its own."""
    said_in(request, ())
    doors = doors_of(request)
    now = doors.clock.now()
    view = await doors.teams.view(request.path_params["name"], now)
    team, organization = view.declared.team, doors.in_force.organization
    owns = sorted(view.declared.owns, key=lambda ref: as_counted(ref.name))
    owned = [held_by(organization, ref, now) for ref in owns]
    return await page(
        request,
        "team.html",
        declared=view.declared,
        team=team,
        incidents=[held.incident for held in view.holds],
        goals=await goal_rows(doors, now, by_urgency(view.goals)),
        advice=await team_advice(request, team.name if team else None, view.declared.ref),
        findings=await team_findings(organization, view.declared, now),
        every_rule=RULES,
        owned=owned,
        guests=list(guests_of(organization, view.declared.ref, day_of(organization, now))),
        bare=uncovered(owned, organization) if team is None else [],
        practised=practised(organization, [each.thing for each in view.declared.claims if each.thing], now),
        watch=watchers(view.declared.watches, organization),
    )


ROUTES = [
    Route("/teams", listed, methods=["GET"], name="teams"),
    Route("/teams/{name}", one, methods=["GET"], name="team"),
]
