"""Incidents: the list, and one incident with the whole way from counter to acknowledgement, times and reasons."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from watchbill.practices.goals.model import MinuteCount
from watchbill.practices.incidents.model import IncidentState
from watchbill.web.doors import Doors, doors_of
from watchbill.web.show.beginning import Sight, sight_of, with_beginning
from watchbill.web.show.escalation import next_step
from watchbill.web.show.figures import figures_in_words, headline
from watchbill.web.show.incident_file import spans, told
from watchbill.web.show.sentences import timeline

from .frame import WAITING, page

PAGE_LENGTH = 50
_LONGEST_NUMBER = 9


async def listed(request: Request) -> Response:
    """Show incidents, the newest first; `?state=open|resolved`, `?before=` goes on from a number."""
    doors = doors_of(request)
    asked = request.query_params.get("state", "")
    state = IncidentState(asked) if asked in list(IncidentState) else None
    before = request.query_params.get("before", "")
    number = int(before) if before.isdecimal() and len(before) <= _LONGEST_NUMBER else None
    found = await doors.incidents.incidents(state=state, limit=PAGE_LENGTH + 1, before=number)
    pages = {each.incident: each for each in await doors.oncall.open_pages()}
    return await page(
        request,
        "incidents.html",
        incidents=[(each, pages.get(each.id)) for each in found[:PAGE_LENGTH]],
        more_before=found[PAGE_LENGTH - 1].number if len(found) > PAGE_LENGTH else None,
        state=asked if state else "",
    )


async def one(request: Request) -> Response:
    """Show one incident by its number; an id leads to the number."""
    doors = doors_of(request)
    now = doors.clock.now()
    asked = request.path_params["number"]
    file = await doors.incidents.incident(asked)
    if asked != str(file.incident.number):
        return RedirectResponse(f"/incidents/{file.incident.number}", 307)
    watches = await doors.oncall.on_call_now(now)
    organization = doors.in_force.organization
    sight = sight_of(file.record)
    lines = timeline(file.record, organization)
    story = with_beginning(lines, file.record, sight, await _minutes(doors, sight))
    return await page(
        request,
        "incident.html",
        file=file,
        incident=file.incident,
        reached=file.page,
        can_acknowledge=file.page is not None and file.page.state in WAITING,
        next_called=next_step(file.page, watches, organization) if file.page else "",
        told=told(file.notices),
        lines=story,
        spans=spans(file, story, now),
        headline=headline(file.alerts[0].figures) if file.alerts else None,
        evidence={alert.id: figures_in_words(alert.figures) for alert in file.alerts},
        goals=[goal for goal in organization.goals.values() if goal.service == file.incident.thing],
    )


async def _minutes(doors: Doors, sight: Sight | None) -> list[MinuteCount]:
    """Return the minutes that a burn was found by; none where its goal is no longer declared."""
    if sight is None or sight.goal not in doors.in_force.organization.goals:
        return []
    return await doors.goals.minutes(sight.goal, sight.start, sight.end)


ROUTES = [
    Route("/incidents", listed, methods=["GET"], name="incidents"),
    Route("/incidents/{number}", one, methods=["GET"], name="incident"),
]
