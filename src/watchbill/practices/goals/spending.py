"""In which minutes a goal spent its budget: the bad events, or slices, of its window one by one. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from fractions import Fraction

import numpy as np
import numpy.typing as npt

from watchbill.org.objectives import Goal

from .charting import Column, by_minute
from .exclusions import Span
from .holding import Holding, end_of, start_of_window
from .ledger import Block, Book, block_of
from .model import Amount
from .slicing import floor, units_of


@dataclass(frozen=True, eq=False)
class Spending:
    """Bad and all events of each minute from `first` (since 1970) on, those that are `excluded` among them.

    Of time slices each stands in its last minute and belongs to the `reach` minutes up to it; there are `units` to a whole one.
    """

    first: int
    bad: Column
    total: Column
    excluded: tuple[Span, ...] = ()
    reach: int = 1
    units: int = 1

    @property
    def end(self) -> int:
        """The first minute after the window."""
        return self.first + len(self.bad)

    def amount(self, counted: int) -> Amount:
        """Return what was counted in whole events or slices."""
        return counted if self.units == 1 else Fraction(counted, self.units)

    def within(self, span: Span) -> slice:
        """Return where the minutes stand that a span of minutes touches, the last ones of its slices among them."""
        low, high = span
        return slice(max(0, low - self.first), max(0, high + self.reach - 1 - self.first))

    def faster_than(self, target: Fraction) -> list[Span]:
        """Return the spans of minutes in which more was bad than the target lets pass, joined where they touch."""
        part = 1 - target
        over: npt.NDArray[np.bool_] = self.bad * part.denominator > self.total * part.numerator
        for low, high in self.excluded:
            over[self.within((low, high))] = False
        edges = np.flatnonzero(np.diff(np.concatenate(([False], over, [False])).astype(np.int8)))
        return [
            (int(low) + self.first - self.reach + 1, int(high) + self.first)
            for low, high in zip(edges[::2], edges[1::2], strict=True)
        ]


def blocks_that_spent(goal: Goal, holding: Holding, now: datetime) -> set[int]:
    """Return the starts of the sealed blocks of the goal's window in which anything was bad."""
    book: Book = holding.book
    since = block_of(start_of_window(goal, now))
    sealed = zip(book.starts, np.diff(np.array(book.sealed.bad, dtype=np.int64)).tolist(), strict=True)
    return {start for start, bad in sealed if bad and start >= since}


def spending_of(goal: Goal, holding: Holding | None, sealed: Iterable[Block], now: datetime) -> Spending:
    """Return what was spent in the goal's window as of `now`; `sealed` are the blocks that spent anything."""
    first = floor(start_of_window(goal, now), goal.slices)
    end = end_of(goal, now) + (goal.slices is None)
    if holding is None:
        nothing = np.zeros(max(0, end - first), dtype=np.int64)
        return Spending(first, nothing, nothing)
    blocks = [*sealed, holding.book.open]
    bad, total, _ = by_minute(first, end, blocks, holding.unwritten(goal), goal.slices)
    reach = 1 if goal.slices is None else goal.slices.minutes
    return Spending(first, bad, total, holding.excluded.spans, reach, units_of(goal.slices))
