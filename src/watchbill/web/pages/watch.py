"""Watch, the first page: what burns, who is on call, what is open, what nobody answers for."""

from __future__ import annotations

from collections import Counter

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from watchbill.org.coverage import coverage
from watchbill.practices.goals.model import GoalState
from watchbill.web.doors import doors_of
from watchbill.web.show.figures import figures_in_words
from watchbill.web.show.incident_file import paged_people

from .frame import WAITING, page
from .on_watch import watchers
from .rows import goal_rows, standings, uncovered

MOST_OPEN = 5
MOST_GOALS = 12
MOST_GAPS = 6
MOST_ON_WATCH = 6


async def watch(request: Request) -> Response:
    """Show the state of the watch now."""
    doors = doors_of(request)
    now = doors.clock.now()
    organization = doors.in_force.organization
    open_incidents = await doors.incidents.open_incidents()
    files = [await doors.incidents.incident(each.id) for each in open_incidents[:MOST_OPEN]]
    watches = await doors.oncall.on_call_now(now)
    on_watch = watchers(watches, organization)
    standing = await standings(doors, now)
    gaps = uncovered(coverage(organization, now), organization)
    return await page(
        request,
        "watch.html",
        files=[
            (file, paged_people(file), figures_in_words(file.alerts[0].figures) if file.alerts else "")
            for file in files
        ],
        open_total=await doors.incidents.open_count(),
        first_opened=min((each.opened_at for each in open_incidents), default=None),
        waiting=sum(1 for each in await doors.oncall.open_pages() if each.state in WAITING),
        goals=await goal_rows(doors, now, standing[:MOST_GOALS]),
        goals_total=len(standing),
        by_state=Counter(each.status.state for each in standing),
        rising=sum(1 for each in standing if each.status.pages_in is not None),
        burning=sum(1 for each in standing if each.status.state in (GoalState.BURNING, GoalState.SPENT)),
        on_watch=on_watch[:MOST_ON_WATCH],
        more_on_watch=len(on_watch) - MOST_ON_WATCH if len(on_watch) > MOST_ON_WATCH else 0,
        next_change=min((each.now.end for each in watches), default=None),
        gaps=gaps[:MOST_GAPS],
        gaps_total=len(gaps),
    )


ROUTES = [Route("/", watch, methods=["GET"], name="watch")]
