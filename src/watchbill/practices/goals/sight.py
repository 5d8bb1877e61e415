"""A goal's ledger as it is seen at an instant: the sums of its windows, what is left out of them, and what is unknown. Pure.

A window of N minutes is the N newest closed minutes and the one that is still open. Of time slices only those that are over are
seen: a window then is the newest whole slices.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from fractions import Fraction

from watchbill.org.objectives import Goal

from . import rules
from .counters import MINUTE, Counted
from .exclusions import NONE, Excluded
from .holding import NEWEST_WITHIN, Holding, end_of
from .ledger import Book, Sums
from .model import LeftOut
from .slicing import ceiling, units_of

_ENOUGH = 30_000


@dataclass(frozen=True)
class Sight:
    """A goal's closed minutes, in `book`, and the `recent` ones as of `end`, the minute that is open; measuring `began` at that ms.

    Of a goal with time slices the book holds the slices, the recent ones among them, and `end` is when the newest one ended.
    """

    goal: Goal
    holding: Holding
    book: Book
    recent: list[Counted]
    began: int
    end: int
    excluded: Excluded

    @classmethod
    def of(cls, goal: Goal, holding: Holding, now: datetime) -> Sight:
        """Return how the goal is seen at `now`, without what its holding leaves out."""
        meter = holding.newest
        began = meter.began if goal.good is None else max(meter.began, meter.part_begins)
        recent, end = holding.unwritten(goal), end_of(goal, now)
        if holding.slices is None:
            return cls(goal, holding, holding.book, recent, began, end, holding.excluded)
        book = holding.slices.seen(holding.book.open, recent, end)
        whole_minutes = -(-began // MINUTE) * MINUTE
        return cls(goal, holding, book, [], whole_minutes, end, holding.excluded)

    def uncorrected(self) -> Sight:
        """Return the same with nothing left out."""
        return replace(self, excluded=NONE)

    def window(self, length: int) -> rules.WindowSums:
        """Return the sums of the window of `length` minutes and how much of it was measured, from the first to the newest sample."""
        return self.since(self.end - ceiling(length, self.goal.slices))

    def since(self, first: int, length: int | None = None) -> rules.WindowSums:
        """Return the sums from minute `first` on, as those of a window that has `length` minutes, where it goes on after now."""
        bad, total, measured = self._events(first, self.end + 1)
        last = self.end if length is None else first + length
        minutes, excluded = max(0, last - first), 0
        for low, high in self.excluded.within(first, max(last, self.end + 1)):
            out_bad, out_total, out_measured = self._events(low, high)
            bad, total, measured = bad - out_bad, total - out_total, measured - out_measured
            excluded += max(0, min(high, last) - low)
        began, lead = divmod(self.began, MINUTE)
        if first <= began and not self.excluded.covers(began):
            measured = max(0, measured - lead)
        length = (minutes - excluded) * MINUTE
        return rules.WindowSums(bad, total, measured, length, units_of(self.goal.slices), excluded * MINUTE)

    def left_out(self, first: int) -> LeftOut:
        """Return what is excluded from minute `first` on, the open one among them."""
        minutes = good = total = 0
        for low, high in self.excluded.within(first, self.end + 1):
            bad, events, _ = self._events(low, high)
            minutes, good, total = minutes + min(high, self.end) - low, good + events - bad, total + events
        units, over_cap = units_of(self.goal.slices), self.excluded.minutes_over_cap(first, self.end + 1)
        if units == 1:
            return LeftOut(minutes, good, total, over_cap)
        return LeftOut(minutes, Fraction(good, units), Fraction(total, units), over_cap)

    def minutes(self, first: int) -> tuple[int, int]:
        """Return how many closed minutes are measured since `first`, and how many of these are lower bounds, excluded ones aside."""
        sums = self.book.sums(first, self.end)
        measured, lower_bound = sums.measured, sums.lower_bound
        for low, high in self.excluded.within(first, self.end):
            out = self._sums(low, high)
            measured, lower_bound = measured - out.measured, lower_bound - out.lower_bound
        unwritten = [c for c in self.unwritten(first) if c.minute < self.end and not self.excluded.covers(c.minute)]
        return measured + len(unwritten), lower_bound + sum(c.lower_bound for c in unwritten)

    def missing(self, first: int) -> int:
        """Return how much (ms) of the written minutes is unknown from `first`, or the beginning, on, excluded minutes aside."""
        end = min(self.end, self.holding.book.end)
        since = max(first, self.began // MINUTE)
        unknown = end - since - self.book.sums(first, end).measured
        for low, high in self.excluded.within(first, end):
            unknown -= max(0, high - max(low, since)) - self._sums(low, high).measured
        return max(0, unknown) * MINUTE

    def unwritten(self, first: int) -> Iterator[Counted]:
        """Yield the measured minutes from `first` on that are not in the book yet."""
        return (counted for counted in self.recent if first <= counted.minute <= self.end)

    def newest(self) -> rules.WindowSums:
        """Return the sums of the newest measured minute, and of the one before while it is short, as a window measured whole.

        Of time slices it is the newest one.
        """
        if self.goal.slices is not None:
            return self._newest_slice(self.goal.slices.minutes)
        newest = self.holding.newest.newest
        first, last = (newest - _ENOUGH) // MINUTE, newest // MINUTE
        if first < self.end - NEWEST_WITHIN or any(self.excluded.within(first, last + 1)):
            return rules.WindowSums(0, 0, 0, MINUTE)
        sums = self.book.sums(first, last + 1)
        open_minutes = list(self.unwritten(first))
        bad = sums.bad + sum(counted.total - counted.good for counted in open_minutes)
        total = sums.total + sum(counted.total for counted in open_minutes)
        return rules.WindowSums(bad, total, MINUTE, MINUTE)

    def _newest_slice(self, length: int) -> rules.WindowSums:
        sums = self.book.sums(self.end - length, self.end)
        is_seen = sums.measured and not any(self.excluded.within(self.end - length, self.end))
        return rules.WindowSums(sums.bad, sums.total, MINUTE, MINUTE) if is_seen else rules.WindowSums(0, 0, 0, MINUTE)

    def _events(self, first: int, end: int) -> tuple[int, int, int]:
        """Return bad events, all events and the ms that were measured in the minutes of [first, end)."""
        sums = self._sums(first, min(end, self.end))
        bad, total, measured = sums.bad, sums.total, sums.measured * MINUTE
        if end <= self.holding.book.end:
            return bad, total, measured
        for counted in self.unwritten(first):
            if counted.minute < end:
                bad += counted.total - counted.good
                total += counted.total
                measured += min(MINUTE, max(0, self.holding.newest.newest - counted.minute * MINUTE))
        return bad, total, measured

    def _sums(self, first: int, end: int) -> Sums:
        """Return the sums of closed minutes; those of a span that is left out as a whole are kept, so that its blocks need not be."""
        if not self.excluded.spans:
            return self.book.sums(first, end)
        span = first, end
        known = self.holding.left_out.get(span)
        if known is None:
            known = self.book.sums(first, end)
            if end <= self.holding.book.end and span in self.excluded.touching(first, end):
                self.holding.left_out[span] = known
        return known
