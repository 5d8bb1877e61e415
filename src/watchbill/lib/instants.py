"""Instants in writing: for programs in UTC, for people in a zone that is named, with UTC beside it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo


def rfc3339(at: datetime) -> str:
    """Return an aware instant in UTC, as in 2026-05-03T12:00:00Z; fractions of a second only where there are any."""
    return at.astimezone(UTC).isoformat().replace("+00:00", "Z")


def in_zone(at: datetime, zone: ZoneInfo) -> str:
    """Return an instant as a message or a command says it: “Sun 3 May 2026, 14:00 CEST (12:00 UTC)”."""
    local, utc = at.astimezone(zone), at.astimezone(UTC)
    said = f"{_day(local)} {local:%Y, %H:%M} {zone_word(local)}"
    if local.utcoffset() == utc.utcoffset():
        return said
    day = "" if local.date() == utc.date() else f"{_day(utc)}, "
    return f"{said} ({day}{utc:%H:%M} UTC)"


def zone_word(local: datetime) -> str:
    """Return what the zone of an instant is called then: “CEST”, or “UTC−3” where it has no letters of its own."""
    name = local.tzname() or ""
    return name if name.isalpha() else offset_from_utc(local)


def offset_from_utc(local: datetime) -> str:
    """Return how far an instant's zone is from UTC: “UTC+1”, “UTC−3:30”, “UTC”."""
    minutes = (local.utcoffset() or timedelta()) // timedelta(minutes=1)
    sign, (hours, rest) = "−" if minutes < 0 else "+", divmod(abs(minutes), 60)
    return f"UTC{sign}{hours}{f':{rest:02}' if rest else ''}" if minutes else "UTC"


def _day(at: datetime) -> str:
    return f"{at:%a} {at.day} {at:%b}"
