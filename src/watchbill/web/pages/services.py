"""Services and workflows: who owns each, who answers for it and why, what it promises and what it stands on."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from watchbill.lib.ordering import as_counted
from watchbill.org.coverage import PagerAnswer
from watchbill.org.duties import duties_on
from watchbill.org.entities import Thing, Tier
from watchbill.org.findings import RULES
from watchbill.org.names import name_of
from watchbill.org.organization import Organization
from watchbill.org.values import EntityRef
from watchbill.practices.goals.fleet import URGENCY
from watchbill.practices.goals.model import GoalState, Standing
from watchbill.teams.explain import thing_named
from watchbill.teams.service_list import (
    NOBODY,
    AskedThings,
    Covered,
    ListedThing,
    ThingOrder,
    found_things,
    owners,
)
from watchbill.web.doors import Doors, doors_of
from watchbill.web.forms import Returned
from watchbill.web.lists import Window, address, one_of, said_in, start_of
from watchbill.web.lookups import side_named, team_named
from watchbill.web.show.escalation import steps
from watchbill.web.show.names import path_of
from watchbill.web.show.states import of_state

from .advice import advice_about, ways_about
from .findings import service_findings
from .frame import page
from .rows import goal_rows, held_by, standings

MOST_INCIDENTS = 8
FILTERS = ("q", "team", "owner", "tier", "covered", "state", "sort", "from")
STATES = [(state.value, of_state(state).word) for state in URGENCY]
ORDERS = [
    ("", "by name"),
    (ThingOrder.TIER.value, "the most important first"),
    (ThingOrder.URGENCY.value, "the most urgent goals first"),
    (ThingOrder.OWNER.value, "by owner"),
]


@dataclass(frozen=True)
class ThingRow:
    """A thing as the list shows it."""

    thing: Thing
    held: PagerAnswer
    goals: list[Standing]
    open_incidents: int


async def listed(request: Request) -> Response:
    """Show things: `?q=`, `team`, `owner`, `tier`, `covered` and `state` choose, `sort` orders, `from` goes on."""
    doors = doors_of(request)
    now, organization = doors.clock.now(), doors.in_force.organization
    said = said_in(request, FILTERS)
    asked = asked_things(organization, said)
    found = await run_in_threadpool(found_things, organization, await doors.goals.fleet(now), asked, now)
    window = Window.of(found.rows, start_of(said))
    return await page(
        request,
        "services.html",
        rows=await _rows(doors, window.rows, now),
        window=window,
        found=found,
        total=len(organization.things),
        narrowed=bool(said.keys() - {"covered", "sort", "from"}),
        said={name: said.get(name, "") for name in FILTERS} | ({"owner": str(asked.owner)} if asked.owner else {}),
        teams=_teams(organization),
        owners=[(str(ref), name_of(organization, ref)) for ref in owners(organization)],
        tiers=[(tier.value, tier.value) for tier in Tier],
        states=STATES,
        orders=ORDERS,
        link=lambda **changed: address("/services", said | {"from": ""} | changed),
    )


def asked_things(organization: Organization, said: Mapping[str, str]) -> AskedThings:
    """Return what the parameters of an address ask for. Raises Invalid and NotFound for what does not exist."""
    team = said.get("team", "")
    owner = side_named(organization, said["owner"]).ref if "owner" in said else None
    return AskedThings(
        team=team if team in ("", NOBODY) else team_named(organization, team).name,
        owner=owner,
        tier=one_of(Tier, said, "tier"),
        covered=one_of(Covered, said, "covered"),
        state=one_of(GoalState, said, "state"),
        words=said.get("q", ""),
        order=one_of(ThingOrder, said, "sort") or ThingOrder.NAME,
    )


async def _rows(doors: Doors, shown: Sequence[ListedThing], now: datetime) -> list[ThingRow]:
    things = {each.thing.ref for each in shown}
    goals: dict[EntityRef, list[Standing]] = defaultdict(list)
    declared = doors.in_force.organization.goals.values()
    for each in await standings(doors, now, [goal for goal in declared if goal.service in things]):
        goals[each.goal.service].append(each)
    incidents = Counter(incident.thing for incident in await doors.incidents.open_incidents())
    return [ThingRow(row.thing, row.held, goals[row.thing.ref], incidents[row.thing.ref]) for row in shown]


def _teams(organization: Organization) -> list[tuple[str, str]]:
    teams = sorted(organization.sre_teams.values(), key=lambda team: as_counted(team.title))
    return [(team.name, team.title) for team in teams] + [(NOBODY, "no SRE team")]


async def one(request: Request) -> Response:
    """Show one thing, by its name, or by its reference where it is not a component of the default namespace."""
    said_in(request, ())
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
            (
                each.ref
                for each in organization.things.values()
                if any(dependency.on == thing.ref for dependency in each.dependencies)
            ),
            key=lambda ref: as_counted(ref.name),
        ),
        duties=duties_on(organization, thing, now),
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
