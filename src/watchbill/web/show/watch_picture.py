"""The picture of a schedule's coming days: a row a person, a bar a shift, in the schedule's own zone. Coordinates only."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from watchbill.org.names import name_of
from watchbill.org.organization import Organization
from watchbill.practices.oncall.model import Shift

NAMES, WIDTH, TOP, ROW = 150, 1090, 26, 30
NOBODY = "Nobody"


@dataclass(frozen=True)
class Mark:
    """A word or a line at a place of the picture."""

    x: float
    y: float
    word: str


@dataclass(frozen=True)
class Bar:
    """A shift: where it lies, what it is called, and whether it is a gap."""

    x: float
    y: float
    width: float
    word: str
    says: str
    gap: bool


@dataclass(frozen=True)
class Picture:
    """A whole picture, `height` high; `now_x` is None when now lies outside."""

    height: int
    days: tuple[Mark, ...]
    rows: tuple[Mark, ...]
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
    rows = list(dict.fromkeys(name for shift in shifts for name in _names(shift, organization)))
    scale = (WIDTH - NAMES) / (end - start).total_seconds()

    def at_x(instant: datetime) -> float:
        return round(NAMES + (min(max(instant, start), end) - start).total_seconds() * scale, 1)

    bars = []
    for shift in shifts:
        left, right = at_x(shift.start), at_x(shift.end)
        for name in _names(shift, organization):
            y = TOP + rows.index(name) * ROW + 3
            word = shift.layer or "gap"
            fits = right - left >= 8 + 6.2 * len(word)
            says = (
                f"{name}, {shift.start.astimezone(zone):%a %d %b %H:%M} to {shift.end.astimezone(zone):%a %d %b %H:%M}"
            )
            bars.append(Bar(left, y, round(right - left, 1), word if fits else "", says, not shift.people))
    return Picture(
        TOP + ROW * len(rows) + 4,
        tuple(_day(at_x(midnight), midnight.astimezone(zone)) for midnight in _midnights(start, end, zone)),
        tuple(Mark(8, TOP + index * ROW + 19, name) for index, name in enumerate(rows)),
        tuple(bars),
        at_x(now) if start <= now < end else None,
    )


def _day(x: float, midnight: datetime) -> Mark:
    return Mark(x, 16, f"{midnight:%a} {midnight.day}")


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
