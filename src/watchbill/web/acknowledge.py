"""Acknowledging by the signed link of a message: no sign-in, one button.

Mail scanners open links, so looking never changes anything; only the button does, and pressing it twice is as good as once.
"""

from __future__ import annotations

import contextlib

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from watchbill.lib.errors import Conflict
from watchbill.practices.oncall.model import PageState

from .doors import doors_of
from .forms import on_to
from .render import render


def routes() -> list[BaseRoute]:
    """Return the link's routes."""
    return [
        Route("/acknowledge/{token}", show, methods=["GET"], name="acknowledge"),
        Route("/acknowledge/{token}", press, methods=["POST"]),
    ]


async def show(request: Request) -> Response:
    """Show what the page is about, and the button while it is of use."""
    doors = doors_of(request)
    token = request.path_params["token"]
    page_id, user = doors.links.read(token)
    page = await doors.oncall.page(page_id)
    file = await doors.incidents.incident(page.incident)
    return render(
        request,
        "acknowledge.html",
        token=token,
        user=user,
        page=page,
        incident=file.incident,
        can_acknowledge=page.state in (PageState.DUE, PageState.EXHAUSTED),
        done=page.state is PageState.ACKNOWLEDGED,
    )


async def press(request: Request) -> Response:
    """Acknowledge in the name of the person the link was sent to, then show how the page stands."""
    doors = doors_of(request)
    token = request.path_params["token"]
    page_id, user = doors.links.read(token)
    # It may have been acknowledged or have ended meanwhile: the page that follows says which.
    with contextlib.suppress(Conflict):
        await doors.oncall.acknowledge(page_id, user, doors.clock.now(), via="link")
    return on_to(request.url.path)
