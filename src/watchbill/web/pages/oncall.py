"""On call: each schedule with who stands the watch now and next, and the coming shifts as a picture and as a table."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from watchbill.org.organization import Organization
from watchbill.org.rotation import Shift, shifts
from watchbill.practices.oncall.model import OnWatch
from watchbill.web.doors import doors_of
from watchbill.web.show.times import zone_name
from watchbill.web.show.watch_picture import Picture, picture

from .frame import page
from .on_watch import teams_served

AHEAD = timedelta(days=14)


@dataclass(frozen=True)
class ScheduleShown:
    """A schedule with its coming shifts; times of the picture are in the schedule's own zone, named by `zone_name`."""

    watch: OnWatch
    serves: list[str]
    shifts: list[Shift]
    gaps: int
    picture: Picture
    zone_name: str


async def oncall(request: Request) -> Response:
    """Show all schedules for two weeks from the start of today."""
    doors = doors_of(request)
    now = doors.clock.now()
    organization = doors.in_force.organization
    watches = await doors.oncall.on_call_now(now)
    shown = [_shown(each, now, organization) for each in sorted(watches, key=lambda each: each.schedule.name)]
    return await page(request, "oncall.html", schedules=shown, days=AHEAD.days)


def _shown(watch: OnWatch, now: datetime, organization: Organization) -> ScheduleShown:
    schedule = watch.schedule
    zone = ZoneInfo(schedule.time_zone)
    start = now.astimezone(zone).replace(hour=0, minute=0, second=0, microsecond=0)
    end = start + AHEAD
    coming = shifts(schedule, start.astimezone(UTC), end.astimezone(UTC))
    return ScheduleShown(
        watch,
        teams_served(organization, schedule.name),
        [shift for shift in coming if shift.end > now],
        sum(1 for shift in coming if not shift.people),
        picture(coming, start, end, now=now, zone=zone, organization=organization),
        zone_name(zone, now),
    )


ROUTES = [Route("/oncall", oncall, methods=["GET"], name="oncall")]
