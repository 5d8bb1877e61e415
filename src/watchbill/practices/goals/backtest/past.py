"""The minutes of one goal's past as running sums, and the sums of many windows over them at once. Pure, exact."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from fractions import Fraction

import numpy as np
import numpy.typing as npt

from watchbill.org.objectives import Goal
from watchbill.practices.goals import rules
from watchbill.practices.goals.charting import Column, by_minute
from watchbill.practices.goals.counters import Counted
from watchbill.practices.goals.exclusions import NONE, Excluded
from watchbill.practices.goals.ledger import Block, minute_of
from watchbill.practices.goals.slicing import ceiling, floor, units_of

Truth = npt.NDArray[np.bool_]
_MINUTE = timedelta(minutes=1)
_NEARLY = 1e-9


def begin_of(goal: Goal, since: datetime) -> int:
    """Return the first minute that matters for judging a goal from an instant on: where its first windows begin."""
    spans = [span for tier in goal.tiers for span in (tier.long, tier.short)]
    first = min([goal.reaches_back(since), *(since - span for span in spans)])
    return floor(minute_of(first), goal.slices) - ceiling(1, goal.slices)


@dataclass(frozen=True, eq=False)
class Windows:
    """The sums of many windows, an element each: bad and all events, minutes measured, and minutes that it is long."""

    bad: Column
    total: Column
    measured: Column
    length: Column
    units: int

    def at(self, number: int) -> rules.WindowSums:
        """Return one of the windows."""
        bad, total, measured, length = (
            int(column[number]) for column in (self.bad, self.total, self.measured, self.length)
        )
        return rules.WindowSums(bad, total, measured, length, self.units)

    def hold(self, factor: Fraction, target: Fraction) -> Truth:
        """Tell of each whether it burns at the factor or faster, as `rules.window_holds` does: what is close is decided exactly."""
        with np.errstate(divide="ignore", invalid="ignore"):
            burn = (self.bad / self.total) * (np.minimum(self.measured, self.length) / self.length)
        threshold = float(factor * (1 - target))
        found: Truth = burn >= threshold
        for number in np.flatnonzero(np.abs(burn - threshold) <= threshold * _NEARLY).tolist():
            found[number] = rules.window_holds(self.at(number), factor, target)
        return found

    def are_enough(self, goal: Goal) -> Truth:
        """Tell of each whether it holds as many events, and as many bad ones, as an alert of the goal has to rest on."""
        least = goal.least
        enough: Truth = (self.total >= least.events * self.units) & (self.bad >= least.failures * self.units)
        return enough


@dataclass(frozen=True, eq=False)
class Looks:
    """When a goal is looked at: as the minutes `at` begin. `ends` is up to where it is seen then: of slices, those that are over."""

    at: Column
    ends: Column

    @classmethod
    def of(cls, goal: Goal, first: int, end: int) -> Looks:
        """Return the looks at a goal at the end of each minute of [first, end)."""
        at = np.arange(first + 1, end + 1, dtype=np.int64)
        return cls(at, at - at % ceiling(1, goal.slices))


@dataclass(frozen=True, eq=False)
class Past:
    """The minutes of a goal from `first` up to `end`, without what is excluded, as running sums; before `first` nothing is known."""

    goal: Goal
    first: int
    end: int
    bad: Column
    total: Column
    measured: Column
    excluded: Column

    @classmethod
    def of(
        cls,
        goal: Goal,
        span: tuple[int, int],
        blocks: Iterable[Block],
        counted: Iterable[Counted],
        left_out: Excluded = NONE,
    ) -> Past:
        """Return the past of a span of minutes from the blocks of a ledger, and minutes that are in none."""
        first, end = floor(span[0], goal.slices), floor(span[1], goal.slices)
        events, excluded = by_minute(first, end, blocks, counted, goal.slices), np.zeros(end - first, dtype=np.int64)
        for low, high in left_out.of_whole(ceiling(1, goal.slices)).within(first, end):
            events[:, low - first : high - first] = 0
            excluded[low - first : high - first] = 1
        bad, total, measured = (_running(column) for column in events)
        return cls(goal, first, end, bad, total, measured, _running(excluded))

    @property
    def began(self) -> int:
        """The first minute that was measured; the end where none was."""
        return self.first + int(np.searchsorted(self.measured[1:], 1)) if self.measured[-1] else self.end

    def windows(self, begins: Column, ends: Column, lengths: Column | None = None) -> Windows:
        """Return the sums of the windows [begin, end); `lengths` where they go on after their end."""
        low, high = (np.clip(edges - self.first, 0, self.end - self.first) for edges in (begins, ends))
        bad, total, measured, excluded = (
            column[high] - column[low] for column in (self.bad, self.total, self.measured, self.excluded)
        )
        length = (ends - begins if lengths is None else lengths) - excluded
        return Windows(bad, total, measured, length, units_of(self.goal.slices))

    def latest(self, span: timedelta, ends: Column) -> Windows:
        """Return the sums of the windows of a length that end there."""
        return self.windows(ends - ceiling(span // _MINUTE, self.goal.slices), ends)

    def spent_fast(self, first: int, end: int) -> list[int]:
        """Return the minutes of [first, end) in which more was bad than the goal lets pass, oldest first."""
        low, high = max(0, first - self.first), min(end, self.end) - self.first
        bad, total = (np.diff(column[low : high + 1]) for column in (self.bad, self.total))
        found = np.flatnonzero(bad)
        lets_pass = 1 - self.goal.target
        return [
            self.first + low + number
            for number in found.tolist()
            if int(bad[number]) * lets_pass.denominator > int(total[number]) * lets_pass.numerator
        ]


def _running(column: Column) -> Column:
    sums = np.zeros(len(column) + 1, dtype=np.int64)
    np.cumsum(column, out=sums[1:])
    return sums
