"""A month of a goal as a calendar: how fast each day burned the budget, and what was left at its end. It judges nothing anew."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from watchbill.lib.numbers import count, left, rate
from watchbill.org.objectives import Goal
from watchbill.org.organization import Organization
from watchbill.org.rotation import instant_of
from watchbill.practices.goals.model import Amount, Point

from .drawings import burn_of, fastest

DAY = timedelta(days=1)
_MONTH = re.compile(r"(19[7-9]\d|20\d\d|21\d\d)-(0[1-9]|1[0-2])")
_WORDS = {
    "calm": "within the budget's rate",
    "warn": "over the budget's rate",
    "bad": "over the limit of a day",
    "none": "not measured",
    "ahead": "still to come",
}


@dataclass(frozen=True)
class Day:
    """A day of the calendar; `shape` is calm, warn, bad, none (nothing was counted) or ahead. `share` (0..1) fills the bar."""

    date: date
    shape: str
    burn: float | None = None
    bad: Amount = 0
    total: Amount = 0
    left: float | None = None
    unknown_minutes: int = 0
    share: float = 0.0

    @property
    def word(self) -> str:
        """What the look means."""
        return _WORDS[self.shape]

    @property
    def says(self) -> str:
        """The day in words, for those who cannot see it."""
        if self.shape in {"none", "ahead"}:
            return self.word
        bad = f"{count(self.bad)} of {count(self.total)} bad"
        return f"{self.word}: burn {rate(self.burn)}, {bad}, {left(self.left)} left at its end"


@dataclass(frozen=True)
class Month:
    """A month by the days of `zone`; `weeks` begin on Monday, None stands for days of others. `limit` is a day's, a burn rate."""

    first: date
    zone: str
    limit: float
    weeks: Sequence[Sequence[Day | None]]
    before: str
    after: str | None

    @property
    def days(self) -> list[Day]:
        """The days that have begun, the newest first."""
        return [
            day for week in reversed(self.weeks) for day in reversed(week) if day is not None and day.shape != "ahead"
        ]


def zone_of_days(goal: Goal, organization: Organization) -> ZoneInfo:
    """Return the zone whose days a goal's calendar shows: that of its own window, else the organisation's."""
    return ZoneInfo(goal.calendar.time_zone if goal.calendar is not None else organization.time_zone)


def month_named(text: str, now: datetime, zone: ZoneInfo) -> date:
    """Return the first day of a month that is written as in 2026-03, of the present one where it is not, or is still to come."""
    present = now.astimezone(zone).date().replace(day=1)
    found = _MONTH.fullmatch(text)
    return min(date(int(found[1]), int(found[2]), 1), present) if found else present


def edges_of(first: date, zone: ZoneInfo) -> list[datetime]:
    """Return the instants at which the days of a month begin, and its end."""
    end = _next(first)
    return [_midnight(first + number * DAY, zone) for number in range((end - first).days + 1)]


def month_of(goal: Goal, first: date, zone: ZoneInfo, points: Sequence[Point], now: datetime) -> Month:
    """Return a month whose days were counted as these points, which begin as the days do; a day without one is still to come."""
    limit = _limit(goal)
    known = {point.start: point for point in points if point.start <= now}
    days = [
        _day(goal, first + number * DAY, known.get(edge), limit)
        for number, edge in enumerate(edges_of(first, zone)[:-1])
    ]
    cells: list[Day | None] = [None] * first.weekday() + days
    cells += [None] * (-len(cells) % 7)
    following = _next(first)
    is_past = _midnight(following, zone) <= now
    return Month(
        first=first,
        zone=zone.key,
        limit=limit,
        weeks=[cells[at : at + 7] for at in range(0, len(cells), 7)],
        before=f"{first - DAY:%Y-%m}",
        after=f"{following:%Y-%m}" if is_past else None,
    )


def _day(goal: Goal, day: date, point: Point | None, limit: float) -> Day:
    if point is None:
        return Day(day, "ahead")
    burn = burn_of(point.good, point.total, goal)
    if burn is None:
        return Day(day, "none", left=point.left, unknown_minutes=point.unknown_minutes)
    shape = "calm" if burn <= 1 else "warn" if burn < limit else "bad"
    bad = point.total - point.good
    return Day(day, shape, burn, bad, point.total, point.left, point.unknown_minutes, min(1.0, burn / limit))


def _limit(goal: Goal) -> float:
    """Return the burn that a rule of the goal does not let pass for a day: that of the longest window up to a day."""
    up_to_a_day = [tier for tier in goal.tiers if tier.long <= DAY]
    return float(max(up_to_a_day, key=lambda tier: tier.long).factor) if up_to_a_day else fastest(goal)


def _next(first: date) -> date:
    return (first + 31 * DAY).replace(day=1)


def _midnight(day: date, zone: ZoneInfo) -> datetime:
    return instant_of(datetime.combine(day, time.min), zone)
