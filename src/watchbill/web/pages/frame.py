"""The frame around every page of a signed-in person: what the rail counts."""

from __future__ import annotations

from typing import Any

from starlette.requests import Request
from starlette.responses import HTMLResponse

from watchbill.practices.oncall.model import PageState
from watchbill.web.doors import doors_of
from watchbill.web.render import render

from .asked import asked_of, user_of

WAITING = frozenset({PageState.DUE, PageState.EXHAUSTED})


async def page(request: Request, name: str, *, status: int = 200, **context: Any) -> HTMLResponse:
    """Return a page inside the frame: beside what `render` gives it, it has the counts of what waits and of incidents."""
    doors = doors_of(request)
    user = user_of(request)
    reached = await doors.oncall.pages_reaching(user) if user else []
    counts = {
        "inbox_count": sum(1 for each in reached if each.page.state in WAITING) + (await asked_of(request)).count,
        "open_count": await doors.incidents.open_count(),
    }
    return render(request, name, status=status, **(counts | context))
