"""Signing in and out, and the first visit by a one-time link. Who may sign in is the accounts' business."""

from __future__ import annotations

import contextlib
from datetime import datetime

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from watchbill.accounts.joining import People, addresses, holder_of, person_named
from watchbill.accounts.model import Invitation, address_in
from watchbill.accounts.service import SHORTEST_PASSWORD
from watchbill.accounts.sessions import SESSION_LENGTH
from watchbill.lib.errors import Conflict, Invalid, Refused, WatchbillError
from watchbill.org.values import EntityRef

from .callers import known_caller
from .doors import Doors, doors_of
from .forms import fields_of, on_to
from .networks import network_of
from .refusals import TooManyAttempts
from .render import render
from .security import forget_session, keep_session, safe_path
from .throttle import Throttle


def routes() -> list[BaseRoute]:
    """Return the routes of signing in; they share one throttle."""
    desk = _SignInDesk()
    return [
        Route("/sign-in", desk.ask, methods=["GET"], name="sign_in"),
        Route("/sign-in", desk.sign_in, methods=["POST"]),
        Route("/sign-out", sign_out, methods=["POST"], name="sign_out"),
        Route("/welcome/{token}", welcome, methods=["GET"], name="welcome"),
        Route("/welcome/{token}", accept, methods=["POST"]),
    ]


class _SignInDesk:
    """Asks for address and password, and opens the session."""

    def __init__(self) -> None:
        self._throttle = Throttle()

    async def ask(self, request: Request) -> Response:
        return _ask(request, safe_path(request.query_params.get("next")))

    async def sign_in(self, request: Request) -> Response:
        doors = doors_of(request)
        fields = await fields_of(request)
        email, onward = fields.get("email", ""), safe_path(fields.get("next"))
        now, address = doors.clock.now(), request.client.host if request.client else ""
        try:
            self._throttle.check(address, now)
            # Counted before anything is awaited: of many that come at once no more pass than may.
            self._throttle.failed(address, now)
            session = await doors.sessions.sign_in(
                _checked(email), fields.get("password", ""), network_of(address), now
            )
        except (Refused, TooManyAttempts) as error:
            response = _ask(request, onward, email=email, error=error)
            if isinstance(error, TooManyAttempts):
                response.headers["Retry-After"] = str(error.wait_seconds)
            return response
        self._throttle.succeeded(address)
        return _signed_in(doors, session, onward)


def _ask(request: Request, onward: str, *, email: str = "", error: WatchbillError | None = None) -> Response:
    problem = f"{error.what} {error.mend}".strip() if error else None
    status = error.status if error else 200
    return render(request, "sign_in.html", status=status, next=onward, email=email, problem=problem)


def _checked(email: str) -> str:
    try:
        return address_in(email)
    except Invalid as error:
        what = "E-mail address and password do not belong together."
        raise Refused(what, "Check both, or ask for a new link.") from error


def _signed_in(doors: Doors, session: str, onward: str) -> Response:
    response = on_to(onward)
    keep_session(response, session, is_https=doors.is_https, lasts=SESSION_LENGTH)
    return response


async def sign_out(request: Request) -> Response:
    """End the session and show the sign-in page."""
    doors = doors_of(request)
    caller = known_caller(request)
    if caller.session is not None:
        await doors.sessions.sign_out(caller.session, doors.clock.now())
    response = on_to("/sign-in")
    forget_session(response, is_https=doors.is_https)
    return response


async def welcome(request: Request) -> Response:
    """Show what a one-time link offers; it is not used by being looked at."""
    return await _welcome(request, doors_of(request).clock.now())


async def accept(request: Request) -> Response:
    """Use a one-time link: set the password, say who one is, and be signed in."""
    doors = doors_of(request)
    now = doors.clock.now()
    fields = await fields_of(request)
    try:
        chosen = _chosen_person(fields.get("user", ""))
        password = _typed_twice(fields)
        people = doors.in_force.organization.users
        session = await doors.accounts.accept_link(request.path_params["token"], password, now, people, chosen)
    except (Invalid, Conflict) as error:
        return await _welcome(request, now, user=fields.get("user", ""), error=error)
    return _signed_in(doors, session, "/")


def _typed_twice(fields: dict[str, str]) -> str:
    password = fields.get("password", "")
    if password != fields.get("password_again", ""):
        raise Invalid("The two passwords differ.", "Type the same one twice.")
    return password


def _chosen_person(text: str) -> EntityRef | None:
    """Return the person that a form says; whether it may say so is the invitation's business."""
    if not text:
        return None
    try:
        return EntityRef.parse(text, kind="user")
    except ValueError as error:
        raise Invalid(f"{error}.", "Choose a person from the list.") from error


async def _welcome(
    request: Request, now: datetime, *, user: str | None = None, error: WatchbillError | None = None
) -> Response:
    doors = doors_of(request)
    token = request.path_params["token"]
    invitation = await doors.accounts.read_link(token, now)
    users = doors.in_force.organization.users
    by_person = {str(person): address for person, address in addresses(invitation, users).items()}
    chosen = str(holder_of(invitation.email, users) or "") if user is None else user
    return render(
        request,
        "welcome.html",
        status=error.status if error else 200,
        token=token,
        invitation=invitation,
        people=sorted(users.values(), key=lambda person: (person.title, person.ref)),
        addresses=by_person,
        user=chosen,
        email=by_person.get(chosen, invitation.email) if invitation.may_choose else invitation.email,
        person=_named(invitation, users),
        tokens=[token for token in await doors.tokens.acting_for(invitation.email) if not token.is_over(now)],
        shortest_password=SHORTEST_PASSWORD,
        problem=f"{error.what} {error.mend}".strip() if error else None,
    )


def _named(invitation: Invitation, people: People) -> EntityRef | None:
    with contextlib.suppress(Invalid):
        return person_named(invitation, people).user
    return None
