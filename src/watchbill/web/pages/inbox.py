"""Inbox: the pages that reached the person who looks, those that wait for them first."""

from __future__ import annotations

from dataclasses import dataclass

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from watchbill.practices.incidents.service import IncidentFile
from watchbill.practices.oncall.model import Page, PageState, ReachedPage
from watchbill.web.callers import known_caller
from watchbill.web.doors import Doors, doors_of
from watchbill.web.lists import said_in
from watchbill.web.show.escalation import next_step
from watchbill.web.show.figures import figures_in_words

from .asked import asked_of, told_to
from .frame import WAITING, page
from .on_watch import own_shifts

MOST_SHOWN = 30


@dataclass(frozen=True)
class Reached:
    """A page that reached the person: its incident, the evidence, and whom it calls next if nobody answers."""

    page: Page
    file: IncidentFile
    evidence: str
    next_called: str
    reached: ReachedPage


async def inbox(request: Request) -> Response:
    """Show the pages that reached the signed-in person, newest first within each state."""
    said_in(request, ())
    doors = doors_of(request)
    now = doors.clock.now()
    user = known_caller(request).user
    reached = await doors.oncall.pages_reaching(user, limit=MOST_SHOWN) if user else []
    watches = await doors.oncall.on_call_now(now)
    shown = [
        await _reached(doors, each, next_step(each.page, watches, doors.in_force.organization)) for each in reached
    ]
    return await page(
        request,
        "inbox.html",
        waiting=[each for each in shown if each.page.state in WAITING],
        acknowledged=[each for each in shown if each.page.state is PageState.ACKNOWLEDGED],
        over=[each for each in shown if each.page.state is PageState.RESOLVED],
        asked=await asked_of(request),
        told=await told_to(request),
        shifts=own_shifts(user, doors.in_force.organization, now) if user else [],
    )


async def _reached(doors: Doors, reached: ReachedPage, next_called: str) -> Reached:
    file = await doors.incidents.incident(reached.page.incident)
    evidence = figures_in_words(file.alerts[0].figures) if file.alerts else ""
    return Reached(reached.page, file, evidence, next_called, reached)


ROUTES = [Route("/inbox", inbox, methods=["GET"], name="inbox")]
