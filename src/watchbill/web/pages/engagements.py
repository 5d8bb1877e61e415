"""An engagement: where it stands, its life, what was agreed on, and its readiness reviews question by question."""

from __future__ import annotations

from difflib import get_close_matches

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from watchbill.lib.errors import NotFound
from watchbill.org.findings import RULES
from watchbill.org.organization import Organization
from watchbill.teams.findings import findings_about
from watchbill.web.doors import doors_of
from watchbill.web.lists import said_in

from .findings import own_findings
from .frame import page


async def one(request: Request) -> Response:
    """Show one engagement by its name."""
    said_in(request, ())
    doors = doors_of(request)
    organization, now = doors.in_force.organization, doors.clock.now()
    name = _named(organization, request.path_params["name"])
    declared = await doors.teams.declared(organization.engagements[name].sre, now)
    reviews = [each for each in organization.reviews.values() if each.engagement == name]
    return await page(
        request,
        "engagement_page.html",
        row=next(row for row in declared.engagements if row.engagement.name == name),
        team=organization.sre_teams[organization.engagements[name].sre],
        reviews=sorted(reviews, key=lambda each: each.on, reverse=True),
        findings=own_findings(await run_in_threadpool(findings_about, organization, now, (), [name])),
        every_rule=RULES,
    )


def _named(organization: Organization, name: str) -> str:
    if name in organization.engagements:
        return name
    near = get_close_matches(name[:100], list(organization.engagements), n=1)
    mend = f"Did you mean “{near[0]}”?" if near else "The page of each team lists its engagements."
    raise NotFound(f"There is no engagement “{name[:80]}”.", mend)


ROUTES = [Route("/engagements/{name}", one, methods=["GET"], name="engagement")]
