"""The points of a goal's chart, from the minutes that were counted: running sums over the whole span, then differences. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise

import numpy as np
import numpy.typing as npt

from watchbill.org.objectives import Goal, Slices

from . import rules
from .counters import Counted
from .exclusions import NONE, Excluded
from .ledger import Block, minute_of, start_of
from .model import Point
from .slicing import bad_units, ceiling, floor, units_of

_MINUTE = timedelta(minutes=1)
Column = npt.NDArray[np.int64]


@dataclass(frozen=True)
class Frame:
    """The chart's span in minutes since 1970: `count` pieces of `step` minutes, the last one ending at `end`."""

    end: int
    step: int
    count: int

    @classmethod
    def of(cls, end: int, span: timedelta, points: int, slices: Slices | None = None) -> Frame:
        """Return the frame of a chart that ends at `end` and shows at least `span` in at most `points` pieces, of whole slices."""
        minutes = max(1, -(-span // _MINUTE))
        step = ceiling(max(1, -(-minutes // max(1, points))), slices)
        return cls(floor(end, slices), step, -(-minutes // step))

    @property
    def start(self) -> int:
        """The first minute shown."""
        return self.end - self.step * self.count


def end_of(unwritten: Sequence[Counted], now: datetime) -> int:
    """Return the minute before which a chart ends at `now`: the open one is shown once something was counted in it."""
    present = minute_of(now)
    return max(present, min(present, unwritten[-1].minute) + 1) if unwritten else present


def first_of(goal: Goal, start: int) -> int:
    """Return the first minute that matters for a chart from minute `start` on: where the window begins that it is judged by."""
    return floor(minute_of(goal.period(start_of(start)).start), goal.slices)


def points(
    goal: Goal,
    frame: Frame,
    blocks: Iterable[Block],
    unwritten: Iterable[Counted],
    began: int = 0,
    *,
    excluded: Excluded = NONE,
) -> list[Point]:
    """Return the chart's points; `blocks` hold the ledger from `first_of` the frame on. What is in neither is unknown.

    `began` is the minute in which measuring began. What is `excluded` counts in no piece and in no window.
    """
    edges = range(frame.start, frame.end + 1, frame.step)
    return spans(goal, edges, blocks, unwritten, began, excluded=excluded)


def spans(
    goal: Goal,
    edges: Sequence[int],
    blocks: Iterable[Block],
    unwritten: Iterable[Counted],
    began: int = 0,
    *,
    excluded: Excluded = NONE,
) -> list[Point]:
    """Return the same for spans of any lengths, from each of these minutes to the next; a time slice counts where it ends."""
    first, last = first_of(goal, edges[0]), floor(edges[-1], goal.slices)
    counted = by_minute(first, last, blocks, unwritten, goal.slices)
    running = _running(_without(excluded, first, counted))
    found = []
    for start, end in pairwise(edges):
        begin, length = _window(goal, end)
        left_out, begins = excluded.minutes(start, end), max(began, begin)
        piece = _sums(running, (min(start, last) - first, min(end, last) - first), end - start - left_out, goal)
        length -= excluded.minutes(begin, begin + length)
        whole = _sums(running, (max(0, begin - first), min(end, last) - first), length, goal)
        found.append(
            Point(
                start=start_of(start),
                end=start_of(end),
                good=piece.amount(piece.total - piece.bad),
                total=piece.amount(piece.total),
                unknown_minutes=max(0, piece.length - piece.measured),
                left=_left(goal, whole, end - begins - excluded.minutes(begins, end)),
                excluded_minutes=left_out,
            )
        )
    return found


def _sums(running: Iterable[Column], span: tuple[int, int], length: int, goal: Goal) -> rules.WindowSums:
    first, end = span
    bad, total, measured = (int(column[end] - column[first]) for column in running)
    return rules.WindowSums(bad, total, measured, length, units_of(goal.slices))


def _window(goal: Goal, end: int) -> tuple[int, int]:
    """Return the minute in which the window begins that is judged when minute `end` begins, and how many minutes it has."""
    if goal.calendar is None:
        length = ceiling(goal.window // _MINUTE, goal.slices)
        return end - length, length
    period = goal.period(start_of(end - 1))
    return minute_of(period.start), period.length // _MINUTE


def _left(goal: Goal, window: rules.WindowSums, since_began: int) -> float | None:
    assumed = rules.assumed_of(window, goal.unknown, max(0, since_began - window.measured))
    return rules.left_of(window.bad + assumed, rules.allowed_of(window, goal.target, goal.unknown))


def _running(minutes: Column) -> Column:
    columns = np.zeros((len(minutes), minutes.shape[1] + 1), dtype=np.int64)
    columns[:, 1:] = np.cumsum(minutes, axis=1)
    return columns


def _without(excluded: Excluded, first: int, minutes: Column) -> Column:
    for low, high in excluded.within(first, first + minutes.shape[1]):
        minutes[:, low - first : high - first] = 0
    return minutes


def by_minute(
    first: int, end: int, blocks: Iterable[Block], unwritten: Iterable[Counted], slices: Slices | None
) -> Column:
    """Return bad, total and measured, a row each, of every minute of [`first`, `end`); of time slices each in its last minute."""
    columns = np.zeros((3, end - first), dtype=np.int64)
    for counted in unwritten:
        if first <= counted.minute < end:
            columns[:, counted.minute - first] = counted.total - counted.good, counted.total, 1
    for block in blocks:
        low, high = max(block.start, first), min(block.end, end)
        if low >= high:
            continue
        rows = slice(low - block.start, high - block.start + 1)
        for column, running in zip(columns, (block.rows.bad, block.rows.total, block.rows.measured), strict=True):
            column[low - first : high - first] = np.diff(np.array(running[rows], dtype=np.int64))
    return columns if slices is None else _in_slices(columns, slices)


def _in_slices(minutes: Column, slices: Slices) -> Column:
    """Return columns of minutes as columns of slices, each in its last minute, as `slicing.sliced` has them."""
    bad, total, measured = minutes.reshape(3, -1, slices.minutes).sum(axis=2)
    units = np.where(measured > 0, units_of(slices), 0)
    whole = [bad_units(int(one), int(of), slices) if one else 0 for one, of in zip(bad, total, strict=True)]
    found = np.zeros_like(minutes)
    found[:, slices.minutes - 1 :: slices.minutes] = whole, units, np.where(measured > 0, slices.minutes, 0)
    return found
