"""Teams: the SRE teams with their charter, people and engagements, and the partner groups beside them."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from watchbill.lib.ordering import as_counted
from watchbill.org.findings import RULES
from watchbill.web.doors import doors_of

from .advice import team_advice
from .findings import team_findings
from .frame import page
from .on_watch import watchers
from .rows import by_urgency, goal_rows, held_by, uncovered


async def listed(request: Request) -> Response:
    """Show the SRE teams, and the groups beside them: partners and owners."""
    doors = doors_of(request)
    now = doors.clock.now()
    return await page(
        request,
        "teams.html",
        teams=sorted(await doors.teams.sre_teams(now), key=lambda each: as_counted(each.title)),
        partners=sorted(await doors.teams.partners(now), key=lambda each: as_counted(each.title)),
        watch=watchers(await doors.oncall.on_call_now(now), doors.in_force.organization),
    )


async def one(request: Request) -> Response:
    """Show an SRE team by its name, or a group of the catalog by its own."""
    doors = doors_of(request)
    now = doors.clock.now()
    view = await doors.teams.view(request.path_params["name"], now)
    team, organization = view.declared.team, doors.in_force.organization
    owned = [held_by(organization, ref, now) for ref in view.declared.owns]
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
        bare=uncovered(owned, organization) if team is None else [],
        watch=watchers(view.declared.watches, organization),
    )


ROUTES = [
    Route("/teams", listed, methods=["GET"], name="teams"),
    Route("/teams/{name}", one, methods=["GET"], name="team"),
]
