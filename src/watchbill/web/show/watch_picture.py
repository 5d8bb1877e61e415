"""The picture of a schedule's coming days: a row a person, a bar a shift, in the schedule's own zone. Coordinates only.

Across, all is in percent of the picture's width, so that it fits every window with its words at their own size; down, in pixels.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from watchbill.org.names import name_of
from watchbill.org.organization import Organization
from watchbill.org.rotation import Shift

TOP, ROW = 26, 30
NOBODY = "Nobody"
_WIDE_ENOUGH_FOR_WORDS = 800
_LETTER = 6.2


@dataclass(frozen=True)
class Day:
    """Where a day begins, in percent, and what it is called: `weekday` is left out where there is no room."""

    x: float
    weekday: str
    number: int


@dataclass(frozen=True)
class Bar:
    """A shift: where it lies (`x` and `width` in percent, `y` in pixels), what it is called, and whether it is a gap."""

    x: float
    y: int
    width: float
    word: str
    says: str
    gap: bool


@dataclass(frozen=True)
class Picture:
    """A whole picture, `height` pixels high, with a row of `ROW` for each name; `now_x` is None when now lies outside."""

    height: int
    days: tuple[Day, ...]
    names: tuple[str, ...]
    bars: tuple[Bar, ...]
    now_x: float | None


def picture(
    shifts: Sequence[Shift],
    start: datetime,
    end: datetime,
    *,
    now: datetime,
    zone: ZoneInfo,
    organization: Organization,
) -> Picture:
    """Return the picture of the shifts between two instants; gaps have a row of their own, drawn as what they are."""
    # Two times of one zone are compared and subtracted as wall times; in UTC they are instants, whatever the clock does.
    start, end = start.astimezone(UTC), end.astimezone(UTC)
    names = list(dict.fromkeys(name for shift in shifts for name in _names(shift, organization)))

    def at_x(instant: datetime) -> float:
        return round((min(max(instant, start), end) - start) / (end - start) * 100, 3)

    bars = []
    for shift in shifts:
        left, right = at_x(shift.start), at_x(shift.end)
        for name in _names(shift, organization):
            word = shift.layer or "gap"
            fits = (right - left) / 100 * _WIDE_ENOUGH_FOR_WORDS >= 2 * _LETTER + _LETTER * len(word)
            says = f"{name}, {_wall(shift.start, zone)} to {_wall(shift.end, zone)}"
            y = TOP + names.index(name) * ROW + 3
            bars.append(Bar(left, y, round(right - left, 3), word if fits else "", says, not shift.people))
    return Picture(
        TOP + ROW * len(names) + 4,
        tuple(_day(at_x(midnight), midnight.astimezone(zone)) for midnight in _midnights(start, end, zone)),
        tuple(names),
        tuple(bars),
        at_x(now) if start <= now < end else None,
    )


def _day(x: float, midnight: datetime) -> Day:
    return Day(x, f"{midnight:%a}", midnight.day)


def _wall(instant: datetime, zone: ZoneInfo) -> str:
    local = instant.astimezone(zone)
    return f"{local:%a} {local.day} {local:%b}, {local:%H:%M}"


def _names(shift: Shift, organization: Organization) -> list[str]:
    return [name_of(organization, ref) for ref in shift.people] or [NOBODY]


def _midnights(start: datetime, end: datetime, zone: ZoneInfo) -> list[datetime]:
    days = []
    day = start.astimezone(zone).replace(hour=0, minute=0, second=0, microsecond=0, tzinfo=None)
    while (instant := day.replace(tzinfo=zone).astimezone(UTC)) < end:
        if instant >= start:
            days.append(instant)
        day += timedelta(days=1)
    return days
