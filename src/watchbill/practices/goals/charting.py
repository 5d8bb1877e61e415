"""The points of a goal's chart, from the minutes that were counted: running sums over the whole span, then differences. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import numpy as np
import numpy.typing as npt

from watchbill.org.objectives import Goal

from . import rules
from .counters import Counted
from .ledger import Block, minute_of, start_of
from .model import Point

_MINUTE = timedelta(minutes=1)
Column = npt.NDArray[np.int64]


@dataclass(frozen=True)
class Frame:
    """The chart's span in minutes since 1970: `count` pieces of `step` minutes, the last one ending at `end`."""

    end: int
    step: int
    count: int

    @classmethod
    def of(cls, end: int, span: timedelta, points: int) -> Frame:
        """Return the frame of a chart that ends at `end` and shows at least `span` in at most `points` pieces."""
        minutes = max(1, -(-span // _MINUTE))
        step = max(1, -(-minutes // max(1, points)))
        return cls(end, step, -(-minutes // step))

    @property
    def start(self) -> int:
        """The first minute shown."""
        return self.end - self.step * self.count


def end_of(unwritten: Sequence[Counted], now: datetime) -> int:
    """Return the minute before which a chart ends at `now`: the open one is shown once something was counted in it."""
    present = minute_of(now)
    return max(present, min(present, unwritten[-1].minute) + 1) if unwritten else present


def points(
    goal: Goal, frame: Frame, blocks: Iterable[Block], unwritten: Iterable[Counted], began: int = 0
) -> list[Point]:
    """Return the chart's points; `blocks` hold the ledger from one window before the frame on. What is in neither is unknown.

    `began` is the minute in which measuring began.
    """
    window = goal.window // _MINUTE
    first = frame.start - window
    bad, total, measured = _running(first, frame.end, blocks, unwritten)
    found = []
    for number in range(frame.count):
        start = frame.start + number * frame.step
        end = start + frame.step
        low, high, behind = start - first, end - first, end - window - first
        events = int(total[high] - total[low])
        spent = int(bad[high] - bad[behind])
        whole = rules.WindowSums(
            spent, int(total[high] - total[behind]), int(measured[high] - measured[behind]), window
        )
        found.append(
            Point(
                start=start_of(start),
                end=start_of(end),
                good=events - int(bad[high] - bad[low]),
                total=events,
                unknown_minutes=frame.step - int(measured[high] - measured[low]),
                left=_left(goal, whole, end - max(began, end - window)),
            )
        )
    return found


def _left(goal: Goal, window: rules.WindowSums, since_began: int) -> float | None:
    assumed = rules.assumed_of(window, goal.unknown, max(0, since_began - window.measured))
    return rules.left_of(window.bad + assumed, rules.allowed_of(window, goal.target, goal.unknown))


def _running(
    first: int, end: int, blocks: Iterable[Block], unwritten: Iterable[Counted]
) -> tuple[Column, Column, Column]:
    columns = np.zeros((3, end - first + 1), dtype=np.int64)
    for counted in unwritten:
        if first <= counted.minute < end:
            columns[:, counted.minute - first + 1] = counted.total - counted.good, counted.total, 1
    for block in blocks:
        low, high = max(block.start, first), min(block.end, end)
        if low >= high:
            continue
        rows = slice(low - block.start, high - block.start + 1)
        for column, running in zip(columns, (block.rows.bad, block.rows.total, block.rows.measured), strict=True):
            column[low - first + 1 : high - first + 1] = np.diff(np.array(running[rows], dtype=np.int64))
    bad, total, measured = np.cumsum(columns, axis=1)
    return bad, total, measured
