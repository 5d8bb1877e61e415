"""Services and workflows: who owns each, who answers for it and why, what it promises and what it stands on."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from watchbill.org.coverage import PagerAnswer
from watchbill.org.entities import Thing
from watchbill.org.findings import RULES
from watchbill.org.names import thing_order
from watchbill.org.values import EntityRef
from watchbill.practices.goals.model import Standing
from watchbill.teams.explain import thing_named
from watchbill.web.doors import doors_of
from watchbill.web.forms import Returned
from watchbill.web.show.escalation import steps
from watchbill.web.show.names import path_of

from .advice import advice_about, ways_about
from .findings import service_findings
from .frame import page
from .rows import goal_rows, held_by, standings

MOST_INCIDENTS = 8


@dataclass(frozen=True)
class ThingRow:
    """A thing as the list shows it."""

    thing: Thing
    held: PagerAnswer
    goals: list[Standing]
    open_incidents: int


async def listed(request: Request) -> Response:
    """Show all things, or those without cover (`?covered=no`)."""
    doors = doors_of(request)
    now = doors.clock.now()
    organization = doors.in_force.organization
    goals: dict[EntityRef, list[Standing]] = defaultdict(list)
    for each in await standings(doors, now):
        goals[each.goal.service].append(each)
    incidents = [incident.thing for incident in await doors.incidents.open_incidents()]
    rows = [
        ThingRow(thing, held_by(organization, thing.ref, now), goals[thing.ref], incidents.count(thing.ref))
        for thing in sorted(organization.things.values(), key=thing_order)
    ]
    only_uncovered = request.query_params.get("covered") == "no"
    without = [row for row in rows if row.held.team is None or row.held.gap]
    return await page(
        request,
        "services.html",
        rows=without if only_uncovered else rows,
        total=len(rows),
        without=len(without),
        only_uncovered=only_uncovered,
    )


async def one(request: Request) -> Response:
    """Show one thing, by its name, or by its reference where it is not a component of the default namespace."""
    return await service_page(
        request, thing_named(doors_of(request).in_force.organization, request.path_params["name"])
    )


async def service_page(request: Request, thing: Thing, returned: Returned | None = None) -> Response:
    """Return the page of one thing; `returned` is a form of it that came back, to be shown as it was typed."""
    doors = doors_of(request)
    now = doors.clock.now()
    organization = doors.in_force.organization
    held = held_by(organization, thing.ref, now)
    watches = await doors.oncall.on_call_now(now)
    policy = organization.escalation_policies.get(held.policy or "")
    own_goals = [goal for goal in organization.goals.values() if goal.service == thing.ref]
    return await page(
        request,
        "service.html",
        status=returned.fault.status if returned is not None else 200,
        path=path_of(thing.ref),
        returned=returned,
        thing=thing,
        held=held,
        policy=policy,
        steps=steps(policy, watches, organization) if policy else [],
        goals=await goal_rows(doors, now, await standings(doors, now, own_goals)),
        dependants=sorted(
            each.ref
            for each in organization.things.values()
            if any(dependency.on == thing.ref for dependency in each.dependencies)
        ),
        findings=await service_findings(organization, thing.ref, now),
        every_rule=RULES,
        ways=ways_about(request, thing.ref),
        advice=await advice_about(request, thing.ref),
        incidents=await doors.incidents.incidents(thing=thing.ref, limit=MOST_INCIDENTS),
    )


ROUTES = [
    Route("/services", listed, methods=["GET"], name="services"),
    Route("/services/{name:path}", one, methods=["GET"], name="service"),
]
