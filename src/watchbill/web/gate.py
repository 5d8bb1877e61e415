"""The gate: who is asking, and whether this address is open to them at all. What is not listed here is closed.

What a known person may do to the organisation is decided by the services, never here.
"""

from __future__ import annotations

import hmac
import re
from collections.abc import Container
from enum import Enum, auto
from urllib.parse import parse_qs, quote, unquote

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.types import ASGIApp, Receive, Scope, Send

from watchbill.accounts.model import TokenScope
from watchbill.lib.errors import Refused, WatchbillError
from watchbill.org.values import EntityRef

from . import bodies, problems, security
from .api import API
from .callers import Caller
from .doors import Doors
from .refusals import FormExpired, Malformed, SignInRequired

HOOKS = f"{API}/hooks/"
OPEN = frozenset({"/healthz", "/readyz", "/sign-in", f"{API}/openapi.json"})
OPEN_BELOW = ("/static/", "/welcome/", "/acknowledge/", "/shared/")
_NO_CALLER_NEEDED = ("/static/", "/healthz", "/readyz")
_SAFE = frozenset({"GET", "HEAD", "OPTIONS"})
_CONTROL = re.compile(r"[\x00-\x1f\x7f]")
_LOOPBACK = frozenset({"127.0.0.1", "::1"})


class Admission(Enum):
    """To whom an address is open."""

    EVERYBODY = auto()
    SIGNED_IN = auto()
    READERS = auto()
    WRITERS = auto()
    ALERT_SENDERS = auto()
    METRICS_READERS = auto()


_SCOPE_OF = {
    Admission.READERS: TokenScope.READ,
    Admission.WRITERS: TokenScope.WRITE,
    Admission.ALERT_SENDERS: TokenScope.ALERTS,
    Admission.METRICS_READERS: TokenScope.READ,
}


def admission(method: str, path: str) -> Admission:
    """Return to whom an address is open: every page to those signed in, every API route by its method."""
    if path in OPEN or path.startswith(OPEN_BELOW):
        return Admission.EVERYBODY
    if path == "/metrics":
        return Admission.METRICS_READERS
    if path.startswith(HOOKS):
        return Admission.ALERT_SENDERS
    if path.startswith("/api/"):
        return Admission.READERS if method in _SAFE else Admission.WRITERS
    return Admission.SIGNED_IN


class Gate:
    """Stands before every route: finds the caller, admits or refuses, reads the body, and checks forms for forgery."""

    def __init__(self, app: ASGIApp, doors: Doors) -> None:
        self._app = app
        self._doors = doors

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        if scope["type"] != "http":
            if scope["type"] == "lifespan":
                await self._app(scope, receive, send)
            return
        request = Request(scope, receive)
        try:
            _refuse_control_characters(request)
            refused, receive = await self._pass(request, receive)
        except WatchbillError as error:
            refused = problems.answer(request, error)
        await (refused or self._app)(scope, receive, send)

    async def _pass(self, request: Request, receive: Receive) -> tuple[Response | None, Receive]:
        wanted = admission(request.method, request.scope["path"])
        caller = await self._find_caller(request, wanted)
        request.state.caller = caller
        if (
            caller is None
            and wanted is Admission.SIGNED_IN
            and request.method in _SAFE
            and problems.wants_page(request)
        ):
            return _to_sign_in(request), receive
        _admit(request, caller, wanted)
        if request.method in _SAFE:
            return None, receive
        self._refuse_other_sites(request, wanted)
        largest = bodies.LARGEST_HOOK if wanted is Admission.ALERT_SENDERS else bodies.LARGEST
        body = await bodies.read_body(request, largest)
        if caller is not None and caller.is_person and wanted is not Admission.EVERYBODY:
            _refuse_forgery(request, caller, body)
        return None, bodies.handed_on(body, receive)

    async def _find_caller(self, request: Request, wanted: Admission) -> Caller | None:
        if request.scope["path"].startswith(_NO_CALLER_NEEDED):
            return None
        scheme, _, secret = request.headers.get("authorization", "").partition(" ")
        if scheme.lower() == "bearer":
            return await self._with_token(secret.strip(), wanted)
        secret = request.cookies.get(security.session_cookie_name(is_https=self._doors.is_https), "")
        if not secret or wanted is Admission.ALERT_SENDERS:
            return None
        session = await self._doors.sessions.known(secret, self._doors.clock.now())
        return Caller.from_session(secret, session, self._people()) if session else None

    async def _with_token(self, secret: str, wanted: Admission) -> Caller | None:
        if wanted in (Admission.EVERYBODY, Admission.SIGNED_IN):
            return None
        token = await self._doors.tokens.known(secret, self._doors.clock.now())
        if token is None:
            raise SignInRequired(
                "This token is not one of ours, was revoked, or is too old.", "Make a new one in watchbill."
            )
        return Caller.from_token(token, self._people())

    def _people(self) -> Container[EntityRef]:
        return self._doors.in_force.organization.users

    def _refuse_other_sites(self, request: Request, wanted: Admission) -> None:
        if wanted is not Admission.ALERT_SENDERS and security.comes_from_elsewhere(
            request.headers, self._doors.base_url
        ):
            raise Refused(
                "Another site sent this form.",
                f"Open {self._doors.base_url} and send it from there; if that is where you were, check the base URL.",
            )


def _refuse_control_characters(request: Request) -> None:
    # No name of ours has any, and PostgreSQL takes no text with a zero byte.
    if _CONTROL.search(request.scope["path"]) or _CONTROL.search(unquote(request.url.query)):
        raise Malformed("The address holds a character that is none.", "Check the address.")


def _admit(request: Request, caller: Caller | None, wanted: Admission) -> None:
    if wanted is Admission.EVERYBODY or (wanted is Admission.METRICS_READERS and _is_this_machine(request)):
        return
    if caller is None:
        raise SignInRequired(
            "Nobody is signed in.", "Sign in at /sign-in, or send a token: Authorization: Bearer TOKEN."
        )
    if wanted is not Admission.SIGNED_IN and _SCOPE_OF[wanted] not in caller.scopes:
        raise Refused(
            f"This token may not do this: it has no scope “{_SCOPE_OF[wanted].value}”.", "Make one that has it."
        )


def _is_this_machine(request: Request) -> bool:
    # Behind a proxy on this machine everybody would look like this machine.
    forwarded = "x-forwarded-for" in request.headers or "forwarded" in request.headers
    return not forwarded and request.client is not None and request.client.host in _LOOPBACK


def _to_sign_in(request: Request) -> Response:
    path = request.url.path + (f"?{request.url.query}" if request.url.query else "")
    return RedirectResponse("/sign-in" if path == "/" else f"/sign-in?next={quote(path, safe='')}", 303)


def _refuse_forgery(request: Request, caller: Caller, body: bytes) -> None:
    fields = _form_fields(request, body)
    said = request.headers.get("x-csrf-token") or fields.pop("csrf", "")
    if not hmac.compare_digest(said.encode(), (caller.csrf or "").encode()):
        mend = "Read it once more, then send it from here." if fields else "Load the page again and send it once more."
        raise FormExpired("This form does not belong to your session.", mend, fields=fields)


def _form_fields(request: Request, body: bytes) -> dict[str, str]:
    if not request.headers.get("content-type", "").startswith("application/x-www-form-urlencoded"):
        return {}
    return {name: values[0] for name, values in parse_qs(body.decode("utf-8", "replace")).items()}
