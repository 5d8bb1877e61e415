"""The pages: one module a place, plain routes on the services. They hold no SQL and no rule."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import BaseRoute, Route

from watchbill.web.render import PLACES


def routes() -> list[BaseRoute]:
    """Return the routes of all pages that a signed-in person may open, and of the files that they are dressed in."""
    from watchbill.web import static_files

    from . import (
        advice,
        audit,
        engagements,
        findings,
        fleet,
        goals,
        inbox,
        incidents,
        mail,
        oncall,
        organization,
        organization_map,
        platform,
        search,
        services,
        teams,
        watch,
    )

    modules = (
        watch,
        inbox,
        organization_map,
        services,
        platform,
        findings,
        fleet,
        goals,
        teams,
        engagements,
        incidents,
        oncall,
        organization,
        search,
        mail,
        advice,
        audit,
    )
    without_slash = [Route(f"{place.path}/", _to_place, methods=["GET"]) for place in PLACES if place.path != "/"]
    return [*static_files.routes(), *without_slash, *(route for module in modules for route in module.ROUTES)]


async def _to_place(request: Request) -> Response:
    """Lead an address that ends with a slash to the place that it names."""
    query = f"?{request.url.query}" if request.url.query else ""
    return RedirectResponse(f"{request.url.path.rstrip('/')}{query}", 308)
