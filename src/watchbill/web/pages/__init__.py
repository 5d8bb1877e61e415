"""The pages: one module a place, plain routes on the services. They hold no SQL and no rule."""

from __future__ import annotations

from starlette.routing import BaseRoute


def routes() -> list[BaseRoute]:
    """Return the routes of all pages that a signed-in person may open, and of the files that they are dressed in."""
    from watchbill.web import static_files

    from . import (
        advice,
        audit,
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
        incidents,
        oncall,
        organization,
        search,
        mail,
        advice,
        audit,
    )
    return [*static_files.routes(), *(route for module in modules for route in module.ROUTES)]
