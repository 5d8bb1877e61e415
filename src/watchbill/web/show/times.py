"""Instants as people read them on pages.

The rule of times, here and everywhere: a time is in the zone of whoever reads it, that zone is named beside it or once on the
page, and UTC is at hand. A browser knows its reader's zone: pages turn their times to it (`frontend/src/times.ts`, in the same
forms as here), name it, and show UTC on hover. What cannot know it, a message, a command, and a page before its script has
run, takes the zone of the watch that the reader stands, else the organisation's (`org/zones.py`); messages and commands write
UTC beside it (`lib/instants.py`). Programs get UTC alone.
"""

from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from markupsafe import Markup

from watchbill.lib.durations import THIN
from watchbill.lib.instants import offset_from_utc

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
        return "just now" if seconds >= 0 else "in a moment"
    if size < _MINUTE:
        span = f"{size}{THIN}s"
    elif size < _HOUR:
        span = f"{size // _MINUTE}{THIN}min"
    elif size < 2 * _DAY:
        span = f"{size // _HOUR}{THIN}h"
    else:
        span = f"{size // _DAY}{THIN}days"
    return f"{span} ago" if seconds >= 0 else f"in {span}"


def zone_name(zone: ZoneInfo, now: datetime) -> str:
    """Return what a zone is called on a page: “Berlin time, UTC+1”, or “UTC”."""
    offset = offset_from_utc(now.astimezone(zone))
    city = zone.key.rsplit("/", 1)[-1].replace("_", " ")
    return offset if city == "UTC" else f"{city} time, {offset}"
