"""Instants as people read them, first in the organisation's zone; the browser then turns them to the reader's own.

What is written here and what `frontend/src/times.ts` makes of it have the same forms.
"""

from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from markupsafe import Markup

from watchbill.lib.durations import THIN

_SECOND, _MINUTE, _HOUR, _DAY = 1, 60, 3600, 86_400


def element(at: datetime | None, now: datetime, zone: ZoneInfo, form: str) -> Markup | str:
    """Return a `<time>` in one of the forms clock, time, second, weekday, full and ago; a dash where there is none."""
    if at is None:
        return "–"
    instant = at.astimezone(UTC)
    return Markup('<time datetime="{}" data-local="{}" title="{}">{}</time>').format(
        instant.isoformat(timespec="milliseconds").replace("+00:00", "Z"),
        form,
        f"{instant:%Y-%m-%d %H:%M:%S} UTC",
        text(at, now, zone, form),
    )


def text(at: datetime, now: datetime, zone: ZoneInfo, form: str) -> str:
    """Return an instant in words, in `zone`."""
    local = at.astimezone(zone)
    if form == "ago":
        return ago(at, now)
    if form == "second":
        return f"{local:%H:%M:%S}"
    if form == "weekday":
        return f"{local:%a %H:%M}"
    if form == "full":
        return f"{local:%A} {local.day} {local:%B}, {local:%H:%M}"
    if form == "time" or local.date() == now.astimezone(zone).date():
        return f"{local:%H:%M}"
    return f"{local:%a} {local.day} {local:%b}, {local:%H:%M}"


def ago(at: datetime, now: datetime) -> str:
    """Return how long ago an instant was, or how far ahead it is: “8 min ago”, “in 3 h”."""
    seconds = round((now - at).total_seconds())
    size = abs(seconds)
    if size < 10:
        return "just now"
    if size < _MINUTE:
        span = f"{size}{THIN}s"
    elif size < _HOUR:
        span = f"{size // _MINUTE}{THIN}min"
    elif size < 2 * _DAY:
        span = f"{size // _HOUR}{THIN}h"
    else:
        span = f"{size // _DAY}{THIN}days"
    return f"{span} ago" if seconds >= 0 else f"in {span}"


def city(zone_name: str) -> str:
    """Return the city that a zone is named by."""
    return zone_name.rsplit("/", 1)[-1].replace("_", " ")
