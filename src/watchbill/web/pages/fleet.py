"""The list of goals, however many: by team, tier, platform, state and words, in an order, a page at a time; the URL holds it all."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import TypeVar
from urllib.parse import urlencode

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from watchbill.org.entities import Tier
from watchbill.practices.goals.fleet import GoalOrder
from watchbill.practices.goals.model import GoalState, Standing
from watchbill.teams.goal_list import NOBODY, AskedGoals, found_goals, platforms
from watchbill.web.doors import doors_of

from .frame import page
from .rows import goal_rows

PAGE_LENGTH = 50
_LONGEST = 255
_FILTERS = ("state", "team", "tier", "platform", "q", "sort")
_Kind = TypeVar("_Kind", bound=StrEnum)
ORDERS: Mapping[GoalOrder, str] = {
    GoalOrder.URGENCY: "the most urgent first",
    GoalOrder.BURN: "the fastest burn first",
    GoalOrder.LEFT: "the least budget left first",
    GoalOrder.EXHAUSTION: "the soonest spent first",
    GoalOrder.NAME: "by name",
}


async def listed(request: Request) -> Response:
    """Show goals: `?state=`, `team`, `tier`, `platform` and `q` choose, `sort` orders, `from` goes on."""
    doors = doors_of(request)
    now = doors.clock.now()
    said = {name: value for name in _FILTERS if (value := request.query_params.get(name, "").strip()[:_LONGEST])}
    asked = asked_goals(said)
    fleet = await doors.goals.fleet(now)
    organization = doors.in_force.organization
    found = await run_in_threadpool(found_goals, organization, fleet, asked)
    start = _start(request.query_params.get("from", ""))
    shown = found.names[start : start + PAGE_LENGTH]
    statuses = {status.goal: status for status in await doors.goals.statuses_of(shown, now)}
    standing = [Standing(organization.goals[name], statuses[name]) for name in shown if name in statuses]
    return await page(
        request,
        "goals.html",
        goals=await goal_rows(doors, now, standing),
        total=len(fleet.names),
        found=found,
        start=start,
        page_length=PAGE_LENGTH,
        asked=asked,
        said=said,
        orders=ORDERS,
        tiers=list(Tier),
        nobody=NOBODY,
        platforms=platforms(organization, fleet),
        here=link(said | ({"from": str(start)} if start else {})),
        link=lambda **changed: link(said | changed),
    )


def asked_goals(said: Mapping[str, str]) -> AskedGoals:
    """Return what the parameters of an address ask for; a state, tier or order that does not exist asks for nothing."""
    return AskedGoals(
        team=said.get("team", ""),
        tier=_one_of(Tier, said.get("tier")),
        platform=said.get("platform", ""),
        state=_one_of(GoalState, said.get("state")),
        words=said.get("q", ""),
        order=_one_of(GoalOrder, said.get("sort")) or GoalOrder.URGENCY,
    )


def _one_of(kind: type[_Kind], text: str | None) -> _Kind | None:
    return next((each for each in kind if each.value == text), None)


def _start(text: str) -> int:
    return int(text) if text.isdecimal() and len(text) < 7 else 0


def link(parameters: Mapping[str, str]) -> str:
    """Return the address of a list."""
    query = urlencode({name: value for name, value in parameters.items() if value})
    return f"/goals?{query}" if query else "/goals"


ROUTES = [Route("/goals", listed, methods=["GET"], name="goals")]
