"""Search: services, goals, teams, engagements, people and schedules by a part of their name, incidents by their number."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import quote

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from watchbill.lib.errors import NotFound
from watchbill.lib.ordering import as_counted
from watchbill.org.names import name_of
from watchbill.org.organization import Organization
from watchbill.web.doors import Doors, doors_of
from watchbill.web.show.names import path_of

from .frame import page

MOST_FOUND = 50
_LONGEST = 100


@dataclass(frozen=True)
class Found:
    """Something that has a page: its kind in a word, its name, what else is known of it, and where it is."""

    kind: str
    name: str
    about: str
    path: str


async def search(request: Request) -> Response:
    """Show what bears the words asked for in its name; the number of an incident leads straight to it."""
    doors = doors_of(request)
    asked = request.query_params.get("q", "").strip()[:_LONGEST]
    number = asked.removeprefix("#")
    if number.isdecimal() and await _is_incident(doors, number):
        return RedirectResponse(f"/incidents/{int(number)}", 303)
    words = asked.lower().split()
    everything = _everything(doors.in_force.organization) if words else iter(())
    found = [each for each in everything if all(word in f"{each.name} {each.about}".lower() for word in words)]
    found.sort(key=lambda each: (not each.name.lower().startswith(asked.lower()), as_counted(each.name)))
    return await page(request, "search.html", asked=asked, found=found[:MOST_FOUND], total=len(found))


async def _is_incident(doors: Doors, number: str) -> bool:
    try:
        await doors.incidents.incident(number)
    except NotFound:
        return False
    return True


def _everything(organization: Organization) -> Iterator[Found]:
    for thing in organization.things.values():
        yield Found(thing.type, thing.ref.name, thing.title, path_of(thing.ref))
    for goal in organization.goals.values():
        yield Found("goal", goal.name, goal.title, f"/goals/{quote(goal.name, safe='')}")
    for team in organization.sre_teams.values():
        yield Found("SRE team", team.title, team.name, f"/teams/{quote(team.name, safe='')}")
    practising = {team.group for team in organization.sre_teams.values()}
    for group in organization.groups.values():
        if group.ref in practising:
            continue
        yield Found("group", group.title or group.ref.name, group.ref.name, f"/teams/{quote(group.ref.name, safe='')}")
    for engagement in organization.engagements.values():
        sides = f"{organization.sre_teams[engagement.sre].title} with {name_of(organization, engagement.partner)}"
        where = f"/engagements/{quote(engagement.name, safe='')}"
        yield Found("engagement", engagement.title or engagement.name, f"{engagement.name} · {sides}", where)
    for user in organization.users.values():
        groups = sorted(user.groups)
        place = f"/teams/{quote(groups[0].name, safe='')}" if groups else "/teams"
        names = ", ".join(name_of(organization, group) for group in groups)
        yield Found("person", user.title or user.ref.name, names, place)
    for schedule in organization.schedules.values():
        name, about = (schedule.title, schedule.name) if schedule.title else (schedule.name, "")
        yield Found("schedule", name, about, f"/oncall#{quote(schedule.name, safe='')}")


ROUTES = [Route("/search", search, methods=["GET"], name="search")]
