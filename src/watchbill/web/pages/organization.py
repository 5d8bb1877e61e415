"""The organisation's files: which reading is in force, and what is wrong with the newest one, each fault with its line."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from watchbill.org.faults import Level
from watchbill.web.doors import doors_of
from watchbill.web.lists import said_in

from .frame import page


async def organization(request: Request) -> Response:
    """Show the organisation in force and the faults of its files, errors first."""
    said_in(request, ())
    in_force = doors_of(request).in_force
    order = list(Level)
    faults = sorted(in_force.latest.faults, key=lambda fault: (order.index(fault.level), fault.place))
    return await page(
        request,
        "organization.html",
        in_force=in_force,
        faults=faults,
        errors=len(in_force.latest.errors),
        warnings=sum(1 for fault in faults if fault.level is Level.WARNING),
    )


ROUTES = [Route("/organization", organization, methods=["GET"], name="organization")]
