"""The application: every route of the web in one place, and the layers that each request passes.

From the outside in: telemetry (id, log, time, no traceback), security headers, the gate, then the routes.
"""

from __future__ import annotations

from fastapi import FastAPI
from starlette.middleware import Middleware
from starlette.types import ASGIApp

from . import acknowledge, actions, pages, probes, problems, sharing, sign_in
from .api import API
from .api.description import described
from .api.routes import routers
from .doors import Doors
from .gate import Gate
from .security import SecurityHeaders, session_cookie_name
from .telemetry import Telemetry

_ABOUT = """The answers of watchbill for programs.

Sign in with a token: `Authorization: Bearer TOKEN`. A token has scopes: `read` for every GET, `write` to act in the name of
the person that made it, `alerts` to hand in alerts. Times are RFC 3339 in UTC, durations are seconds, shares are fractions;
exact ratios stand beside the floats as `{num, den}`. Errors are problem+json (RFC 9457) with what to do in `mend`."""


def create_app(doors: Doors) -> ASGIApp:
    """Return the ASGI application over the doors of the rooms below. It starts nothing and owns nothing that must be closed."""
    app = FastAPI(
        title="watchbill",
        version=doors.version,
        description=_ABOUT,
        openapi_url=f"{API}/openapi.json",
        docs_url=None,
        redoc_url=None,
        redirect_slashes=False,
        middleware=[
            Middleware(Telemetry, registry=doors.registry),
            Middleware(SecurityHeaders, is_https=doors.is_https),
            Middleware(Gate, doors=doors),
        ],
    )
    app.state.doors = doors
    problems.install(app)
    for router in routers():
        app.include_router(router)
    app.openapi = described(app, cookie=session_cookie_name(is_https=doors.is_https))  # type: ignore[method-assign]
    app.router.routes.extend(
        [
            *probes.routes(doors),
            *sign_in.routes(),
            *acknowledge.routes(),
            *actions.routes(),
            *sharing.routes(),
            *pages.routes(),
        ]
    )
    return app
