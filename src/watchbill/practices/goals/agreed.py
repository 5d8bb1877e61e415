"""What an organisation agreed to leave out of its goals' ledgers, as spans of minutes, each exclusion up to its cap. Pure.

A cap is kept minute by minute, in the order of time: a minute is left out while less than the cap was left out of the window that
ends with it, or of its period of the calendar. So no window ever loses more than the cap, and a minute of the past stays what it is.
"""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from watchbill.org.objectives import AgreedExclusion, Goal
from watchbill.org.organization import Organization
from watchbill.org.recurring import occurrences

from .exclusions import NONE, Excluded, Span, joined
from .holding import end_of, start_of_window
from .ledger import minute_of, start_of

_DAY = 24 * 60
_MINUTE = timedelta(minutes=1)
_AHEAD = timedelta(days=370)


@dataclass(frozen=True)
class LeavesOut:
    """An exclusion, and what it alone leaves out of a goal."""

    exclusion: AgreedExclusion
    excluded: Excluded


@dataclass(frozen=True)
class InWindow:
    """An exclusion in a goal's window: how many of its minutes are left out, and how many count because its cap was reached.

    `next_start` is when it happens next, within a year; None where it does not.
    """

    exclusion: AgreedExclusion
    minutes: int
    over_cap: int
    next_start: datetime | None


def excluded_from(organization: Organization, goal: Goal, now: datetime) -> Excluded:
    """Return what is left out of a goal as of `now`: all of the past, and a year ahead."""
    return _agreed(organization, now).of(goal) if organization.exclusions else NONE


def exclusions_of(organization: Organization, goal: Goal, now: datetime) -> tuple[LeavesOut, ...]:
    """Return the exclusions that are about a goal, by name, each with what it leaves out."""
    return _agreed(organization, now).each(goal) if organization.exclusions else ()


def in_window(organization: Organization, goal: Goal, now: datetime) -> list[InWindow]:
    """Return the exclusions that take something out of a goal's window as of `now`, might have, or are still to come."""
    first, end = start_of_window(goal, now), end_of(goal, now)
    found = []
    for each in exclusions_of(organization, goal, now):
        minutes, over_cap = each.excluded.minutes(first, end), each.excluded.minutes_over_cap(first, end)
        next_start = next((low for low, _ in each.excluded.spans if low > minute_of(now)), None)
        if minutes or over_cap or next_start is not None or each.excluded.covers(minute_of(now)):
            upcoming = None if next_start is None else start_of(next_start)
            found.append(InWindow(each.exclusion, minutes, over_cap, upcoming))
    return found


def _agreed(organization: Organization, now: datetime) -> _Agreed:
    day = minute_of(now) // _DAY
    return organization.memory.recall(("exclusions", day), lambda: _Agreed(organization, start_of(day * _DAY) + _AHEAD))


class _Agreed:
    """All exclusions of an organisation unfolded until an instant; goals that share theirs share what is left out."""

    def __init__(self, organization: Organization, until: datetime) -> None:
        self._exclusions = [exclusion for _, exclusion in sorted(organization.exclusions.items())]
        self._spans = {each.name: _spans(each, until) for each in self._exclusions}
        self._of: dict[str, Excluded] = {}
        self._shared: dict[Excluded, Excluded] = {}

    def of(self, goal: Goal) -> Excluded:
        """Return what is left out of a goal, whole slices where it has time slices."""
        known = self._of.get(goal.name)
        if known is None:
            parts = [each.excluded for each in self.each(goal)]
            found = Excluded(
                joined(span for part in parts for span in part.spans),
                joined(span for part in parts for span in part.over_cap),
            )
            known = found if goal.slices is None else found.of_whole(goal.slices.minutes)
            self._of[goal.name] = known = self._shared.setdefault(known, known)
        return known

    def each(self, goal: Goal) -> tuple[LeavesOut, ...]:
        """Return the exclusions that are about a goal."""
        return tuple(
            LeavesOut(one, _capped(one, self._spans[one.name], goal)) for one in self._exclusions if one.covers(goal)
        )


def _spans(exclusion: AgreedExclusion, until: datetime) -> tuple[Span, ...]:
    return tuple((minute_of(start), minute_of(end)) for start, end in occurrences(exclusion, until))


def _capped(exclusion: AgreedExclusion, spans: tuple[Span, ...], goal: Goal) -> Excluded:
    if exclusion.cap is None:
        return Excluded(joined(spans))
    cap = exclusion.cap // _MINUTE
    within = _within_window if goal.calendar is None else _within_period
    left_out = joined(within(joined(spans), cap, goal))
    return Excluded(left_out, joined(_without(spans, Excluded(left_out))))


def _within_period(spans: Iterable[Span], cap: int, goal: Goal) -> Iterator[Span]:
    """Yield the parts of spans that keep to a cap in every period of the goal's calendar."""
    used: Counter[int] = Counter()
    for low, high in spans:
        first = low
        while first < high:
            period = goal.period(start_of(first))
            begin, end = minute_of(period.start), min(high, minute_of(period.end))
            kept = min(end - first, cap - used[begin])
            used[begin] += kept
            yield first, first + kept
            first = end


def _within_window(spans: Iterable[Span], cap: int, goal: Goal) -> Iterator[Span]:
    """Yield the parts of spans that keep to a cap in every window that rolls."""
    length, kept, used = goal.window // _MINUTE, deque[Span](), 0
    for low, high in spans:
        first = low
        while first < high:
            used -= _let_go(kept, first - length + 1)
            if used < cap:
                end = min(high, first + cap - used)
                kept.append((first, end))
                used += end - first
                yield first, end
            else:
                end = min(high, kept[0][0] + length)
            first = end


def _let_go(kept: deque[Span], first: int) -> int:
    """Take what lies before a minute out of what was left out; return how many minutes that were."""
    gone = 0
    while kept and kept[0][0] < first:
        low, high = kept.popleft()
        gone += min(high, first) - low
        if high > first:
            kept.appendleft((first, high))
    return gone


def _without(spans: Iterable[Span], excluded: Excluded) -> Iterator[Span]:
    """Yield the parts of spans that are not left out."""
    for low, high in spans:
        first = low
        for begin, end in excluded.within(low, high):
            if first < begin:
                yield first, begin
            first = end
        if first < high:
            yield first, high
