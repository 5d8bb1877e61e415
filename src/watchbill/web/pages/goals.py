"""One goal: its budget, its burn, its minutes and how all of it was computed. The list of goals is `fleet`."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from watchbill.org.objectives import Goal, Severity
from watchbill.practices.goals.agreed import in_window
from watchbill.practices.goals.burn_moves import SOURCE, BurnKey
from watchbill.practices.goals.model import Amount, GoalStatus, MinuteCount, Point
from watchbill.web.doors import Doors, doors_of
from watchbill.web.lookups import goal_named
from watchbill.web.show.drawings import MINUTE, burn_of, strip
from watchbill.web.show.month import Month, edges_of, month_named, month_of, zone_of_days

from .frame import page
from .rows import held_by

LONGEST_STRIP = timedelta(hours=3)
CHART_POINTS = 120
MOST_INCIDENTS = 5
MOST_ALERTS = 10
_SPANS = {
    "15min": timedelta(minutes=15),
    "1h": timedelta(hours=1),
    "3h": timedelta(hours=3),
    "24h": timedelta(days=1),
    "7d": timedelta(days=7),
}


@dataclass(frozen=True)
class ChartRow:
    """A row of the charts' table: what was counted in a span, the budget left at its end, and the burn in it."""

    start: datetime
    end: datetime
    bad: Amount
    total: Amount
    left: float | None
    burn: float | None
    unknown_minutes: int


async def one(request: Request) -> Response:
    """Show one goal; `?span=` is 15min, 1h, 3h, 24h, 7d or window, `?month=` a month of its calendar, as in 2026-03."""
    doors = doors_of(request)
    now = doors.clock.now()
    organization = doors.in_force.organization
    goal = goal_named(organization, request.path_params["name"])
    status = await doors.goals.status(goal.name, now)
    chosen = _span(request.query_params.get("span", ""), goal, status)
    spans = {**_SPANS, "window": goal.window}
    points = await doors.goals.chart(goal.name, now, span=spans[chosen], points=CHART_POINTS)
    strip_start, strip_end, minutes = await _minutes(doors, goal, now, min(spans[chosen], LONGEST_STRIP))
    month = await _month(doors, goal, now, request.query_params.get("month", ""))
    return await page(
        request,
        "goal.html",
        sheets=["plots.css"],
        scripts=["charts.js"],
        goal=goal,
        standing=status,
        source=organization.sources.get(goal.source),
        held=held_by(organization, goal.service, now),
        span=chosen,
        spans=spans,
        rows=[_row(point, goal) for point in reversed(points)],
        piece=points[0].end - points[0].start,
        runs=strip(minutes, goal, strip_start, strip_end),
        strip_start=strip_start,
        strip_span=strip_end - strip_start,
        month=month,
        asked_month=f"{month.first:%Y-%m}" if "month" in request.query_params else "",
        expected=None if status.allowed is None else status.allowed / (1 - goal.target),
        budget=await doors.budgets.budget(goal, now),
        exclusions=in_window(organization, goal, now),
        alerts=await doors.incidents.alerts_said_by(
            SOURCE, [BurnKey(goal.name, severity).fingerprint for severity in Severity], limit=MOST_ALERTS
        ),
        incidents=await doors.incidents.incidents(thing=goal.service, limit=MOST_INCIDENTS),
    )


async def _month(doors: Doors, goal: Goal, now: datetime, asked: str) -> Month:
    zone = zone_of_days(goal, doors.in_force.organization)
    first = month_named(asked, now, zone)
    return month_of(goal, first, zone, await doors.goals.spans(goal.name, now, edges_of(first, zone)), now)


def _span(asked: str, goal: Goal, status: GoalStatus) -> str:
    """Return the span asked for, else the shortest that holds all that was measured so far."""
    if asked in _SPANS or asked == "window":
        return asked
    silent = status.at - status.last_measured if status.last_measured else timedelta()
    return next((name for name, span in _SPANS.items() if goal.window * status.coverage + silent <= span), "window")


async def _minutes(
    doors: Doors, goal: Goal, now: datetime, span: timedelta
) -> tuple[datetime, datetime, list[MinuteCount]]:
    """Return the minutes of the last `span` and where they begin and end; the open one counts once something was counted in it."""
    end = now.replace(second=0, microsecond=0)
    unwritten = await doors.goals.unwritten(goal.name, now)
    if unwritten and unwritten[-1].minute == end:
        end += MINUTE
    return end - span, end, [*await doors.goals.minutes(goal.name, end - span, end), *unwritten]


def _row(point: Point, goal: Goal) -> ChartRow:
    burn = burn_of(point.good, point.total, goal)
    bad = point.total - point.good
    return ChartRow(point.start, point.end, bad, point.total, point.left, burn, point.unknown_minutes)


ROUTES = [
    Route("/goals/{name}", one, methods=["GET"], name="goal"),
]
