"""What people do by forms on the pages: acknowledge and resolve. Whether they may is decided by the services."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from .callers import acting_user
from .doors import doors_of
from .forms import back_or, fields_of


def routes() -> list[BaseRoute]:
    """Return the forms' routes."""
    return [
        Route("/pages/{id}/acknowledge", acknowledge, methods=["POST"], name="acknowledge_page"),
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
