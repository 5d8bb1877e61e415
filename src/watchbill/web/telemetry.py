"""What the server says of its own requests: an id for each, a line in the log, a time in the metrics, and no traceback to anybody.

Secrets never reach the log: paths that carry one are cut short, and headers and bodies are not logged.
"""

from __future__ import annotations

import re
import secrets
import time

import structlog
from prometheus_client import CollectorRegistry, Histogram
from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from watchbill.lib.errors import Unavailable, WatchbillError
from watchbill.store.outage import is_outage

from . import failures, problems
from .callers import caller_of

_log = structlog.get_logger("watchbill.web")
_REQUEST_ID = re.compile(r"^[A-Za-z0-9._-]{8,64}$")
_SECRET_PATH = re.compile(r"^(/welcome/|/acknowledge/|/shared/).+")
_BUCKETS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)


class Telemetry:
    """The outermost layer of the application."""

    def __init__(self, app: ASGIApp, registry: CollectorRegistry) -> None:
        self._app = app
        self._seconds = Histogram(
            "watchbill_http_request_duration_seconds",
            "How long requests took, by method, route and status.",
            ("method", "route", "status"),
            buckets=_BUCKETS,
            registry=registry,
        )

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        request = Request(scope, receive)
        request_id = _request_id(request)
        request.state.request_id = request_id
        status = 0

        async def send_with_id(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                message["headers"] = [*message["headers"], (b"x-request-id", request_id.encode())]
            await send(message)

        began = time.perf_counter()
        with structlog.contextvars.bound_contextvars(request_id=request_id):
            try:
                await self._app(scope, receive, send_with_id)
            except Exception as error:  # noqa: BLE001 - the outermost layer: nobody else answers
                failures.tell("a request failed", error, method=request.method, path=_shown_path(request))
                if not status:
                    await problems.answer(request, _failure(error, request_id))(scope, receive, send_with_id)
            seconds = time.perf_counter() - began
            caller = caller_of(request)
            _log.info(
                "request",
                method=request.method,
                path=_shown_path(request),
                status=status,
                milliseconds=round(seconds * 1000, 1),
                **(caller.named_in_log() if caller else {}),
            )
        self._seconds.labels(_known_method(request.method), _route(scope), str(status)).observe(seconds)


def _request_id(request: Request) -> str:
    said = request.headers.get("x-request-id", "")
    return said if _REQUEST_ID.match(said) else secrets.token_hex(8)


def _shown_path(request: Request) -> str:
    return _SECRET_PATH.sub(r"\1…", request.url.path)


def _failure(error: Exception, request_id: str) -> WatchbillError:
    if is_outage(error):
        return Unavailable("The database does not answer.", "Try again in a moment.")
    return WatchbillError(
        "watchbill could not answer this request.", f"The server's log says why: look for the request {request_id}."
    )


def _known_method(method: str) -> str:
    return method if method in {"GET", "HEAD", "OPTIONS", "POST", "PUT", "PATCH", "DELETE"} else "other"


def _route(scope: Scope) -> str:
    """Return the path of the route as it is declared: FastAPI names its own in the scope, and of the others the endpoint."""
    route, endpoint = scope.get("route"), scope.get("endpoint")
    if route is None and endpoint is not None:
        routes = scope["app"].routes
        route = next(
            (each for each in routes if endpoint in (getattr(each, "endpoint", None), getattr(each, "app", None))), None
        )
    return str(getattr(route, "path", "none"))
