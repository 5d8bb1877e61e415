"""Goals that are shown to a partner: the page behind a link, which asks nobody to sign in, and the page where links are made.

The page behind a link shows the partner's goals and nothing else: no names of people, no other team, no way further in.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from watchbill.lib.errors import Invalid, NotFound, Refused
from watchbill.org.names import name_of
from watchbill.org.rotation import instant_of
from watchbill.org.values import EntityRef
from watchbill.practices.goals.model import Share, Standing

from .callers import acting_user
from .doors import Doors, doors_of
from .forms import Returned, fields_of, on_to
from .pages.asked import user_of
from .pages.frame import page
from .pages.rows import by_urgency, goal_rows
from .render import render

USUAL = timedelta(days=90)
_DAY = timedelta(days=1)


@dataclass(frozen=True)
class ShareRow:
    """A link as the list shows it; `url` only to who may share what it shows, while it is open."""

    share: Share
    is_open: bool
    url: str
    may_revoke: bool


def routes() -> list[BaseRoute]:
    """Return the routes of both pages and of the forms."""
    return [
        Route("/shared/{token}", shown, methods=["GET"], name="shared"),
        Route("/shares", listed, methods=["GET"], name="shares"),
        Route("/shares", share, methods=["POST"]),
        Route("/shares/{id}/revoke", revoke, methods=["POST"], name="revoke_share"),
    ]


async def shown(request: Request) -> Response:
    """Show a partner its goals."""
    doors = doors_of(request)
    now = doors.clock.now()
    opened = await doors.shares.opened_by(request.path_params["token"], now)
    goals = {goal.name: goal for goal in doors.shares.goals_shown(opened, now)}
    statuses = await doors.goals.statuses_of(goals, now)
    standing = by_urgency(Standing(goals[status.goal], status) for status in statuses)
    return render(request, "shared.html", share=opened, goals=await goal_rows(doors, now, standing))


async def listed(request: Request) -> Response:
    """Show the links that were made, and the form for a new one."""
    return await _list(request)


async def share(request: Request) -> Response:
    """Make a link, then show it in the list; what cannot be taken comes back as it was typed."""
    doors = doors_of(request)
    fields = await fields_of(request)
    try:
        made = await doors.shares.share(
            EntityRef.parse(fields.get("partner") or "none", kind="group"),
            acting_user(request),
            doors.clock.now(),
            _end_of(fields.get("until", ""), ZoneInfo(doors.in_force.organization.time_zone)),
            fields.get("reason", ""),
        )
    except (Invalid, NotFound, Refused) as fault:
        return await _list(request, Returned("share", fields, fault))
    return on_to(f"/shares#{made.id}")


async def revoke(request: Request) -> Response:
    """Revoke a link, then show the list."""
    await doors_of(request).shares.revoke(
        request.path_params["id"], acting_user(request), doors_of(request).clock.now()
    )
    return on_to("/shares")


async def _list(request: Request, returned: Returned | None = None) -> Response:
    doors = doors_of(request)
    organization, now, user = doors.in_force.organization, doors.clock.now(), user_of(request)
    partners = [group for group in organization.groups if doors.shares.may_share(group, user, now)] if user else []
    today = now.astimezone(ZoneInfo(organization.time_zone)).date()
    return await page(
        request,
        "shares.html",
        status=200 if returned is None else returned.fault.status,
        rows=[_row(doors, each, user, now, frozenset(partners)) for each in await doors.shares.all()],
        partners=sorted(partners, key=lambda group: name_of(organization, group)),
        returned=returned,
        usual_end=today + USUAL,
        earliest=today,
    )


def _row(doors: Doors, each: Share, user: EntityRef | None, now: datetime, partners: frozenset[EntityRef]) -> ShareRow:
    may = each.partner in partners
    is_open = each.is_open(now)
    may_revoke = is_open and (may or each.made_by == user)
    return ShareRow(each, is_open, doors.shares.url(each) if is_open and may else "", may_revoke)


def _end_of(text: str, zone: ZoneInfo) -> datetime:
    """Return the end of a day that is written as in 2026-03-31. Raises Invalid."""
    try:
        day = date.fromisoformat(text)
        return instant_of(datetime.combine(day + _DAY, time.min), zone)
    except (ValueError, OverflowError) as error:
        raise Invalid(f"“{text[:20]}” is not a day.", "Write it as in 2026-03-31.", "until") from error
