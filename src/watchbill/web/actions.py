"""What people do by forms on the pages: acknowledge, resolve, recommend, answer advice, ask for glass and decide on it.

Whether they may is decided by the services.
"""

from __future__ import annotations

from enum import StrEnum
from typing import TypeVar

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from watchbill.lib.errors import Conflict, Invalid, NotFound
from watchbill.practices.advice.model import Answer, GlassMove
from watchbill.teams.explain import thing_named

from .callers import acting_user
from .doors import doors_of
from .forms import Returned, back_or, fields_of, on_to
from .pages.services import service_page
from .show.names import path_of

_Asked = TypeVar("_Asked", bound=StrEnum)


def routes() -> list[BaseRoute]:
    """Return the forms' routes."""
    return [
        Route("/pages/{id}/acknowledge", acknowledge, methods=["POST"], name="acknowledge_page"),
        Route("/recommendations", recommend, methods=["POST"], name="recommend"),
        Route("/recommendations/{id}/{answer}", answer_recommendation, methods=["POST"], name="answer_recommendation"),
        Route("/break-glasses", ask_for_glass, methods=["POST"], name="ask_for_glass"),
        Route("/break-glasses/{id}/{move}", move_glass, methods=["POST"], name="move_break_glass"),
        Route("/incidents/{id}/resolve", resolve, methods=["POST"], name="resolve_incident"),
    ]


async def acknowledge(request: Request) -> Response:
    """Acknowledge a page, then show its incident."""
    doors = doors_of(request)
    fields = await fields_of(request)
    page = await doors.oncall.acknowledge(
        request.path_params["id"], acting_user(request), doors.clock.now(), via="page"
    )
    return back_or(fields, f"/incidents/{page.incident}")


async def resolve(request: Request) -> Response:
    """Resolve an incident, then show it."""
    doors = doors_of(request)
    fields = await fields_of(request)
    file = await doors.incidents.incident(request.path_params["id"])
    incident = await doors.incidents.resolve(
        file.incident.id, acting_user(request), doors.clock.now(), fields.get("reason", "").strip()
    )
    return back_or(fields, f"/incidents/{incident.number}")


async def recommend(request: Request) -> Response:
    """Recommend something about a service, then show it; what cannot be taken comes back as it was typed."""
    doors = doors_of(request)
    fields = await fields_of(request)
    thing = thing_named(doors.in_force.organization, fields.get("service", ""))
    try:
        made = await doors.advice.recommend(
            thing.ref,
            acting_user(request),
            doors.clock.now(),
            title=fields.get("title", ""),
            rationale=fields.get("rationale", ""),
            patch=fields.get("patch", ""),
        )
    except Invalid as fault:
        return await service_page(request, thing, Returned("recommend", fields, fault))
    return on_to(f"/recommendations/{made.id}")


async def ask_for_glass(request: Request) -> Response:
    """Ask for a break-glass on a service, then show what became of it there; what cannot be taken comes back as it was typed."""
    doors = doors_of(request)
    fields = await fields_of(request)
    thing = thing_named(doors.in_force.organization, fields.get("service", ""))
    try:
        await doors.advice.ask_for_glass(
            thing.ref,
            acting_user(request),
            doors.clock.now(),
            reason=fields.get("reason", ""),
            minutes=_minutes(fields.get("minutes", "")),
        )
    except (Invalid, Conflict) as fault:
        return await service_page(request, thing, Returned("glass", fields, fault))
    return on_to(f"{path_of(thing.ref)}#advice")


async def answer_recommendation(request: Request) -> Response:
    """Answer a recommendation, then show it."""
    doors = doors_of(request)
    fields = await fields_of(request)
    answer = _asked_for(request.path_params["answer"], Answer)
    made = await doors.advice.answer(
        request.path_params["id"], answer, acting_user(request), doors.clock.now(), fields.get("reason", "")
    )
    return back_or(fields, f"/recommendations/{made.id}")


async def move_glass(request: Request) -> Response:
    """Approve, refuse or close a break-glass, then show all advice."""
    doors = doors_of(request)
    fields = await fields_of(request)
    move = _asked_for(request.path_params["move"], GlassMove)
    await doors.advice.move_glass(
        request.path_params["id"], move, acting_user(request), doors.clock.now(), fields.get("reason", "")
    )
    return back_or(fields, "/advice")


def _minutes(text: str) -> int:
    if not (text.isdecimal() and text.isascii() and len(text) < 5):
        raise Invalid(f"“{text[:20]}” is not a number of minutes.", "Say for how many minutes, in figures.", "minutes")
    return int(text)


def _asked_for(text: str, known: type[_Asked]) -> _Asked:
    if text not in list(known):
        raise NotFound("There is nothing at this address.", "Go back, and use the buttons of the page.")
    return known(text)
