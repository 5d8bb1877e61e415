"""What is left of a goal's budget at each minute of its past, as `rules` has it. Pure; what is compared is compared exactly."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from fractions import Fraction

import numpy as np
import numpy.typing as npt

from watchbill.org.objectives import UnknownPolicy
from watchbill.practices.goals import rules
from watchbill.practices.goals.charting import Column
from watchbill.practices.goals.ledger import minute_of, start_of
from watchbill.practices.goals.slicing import ceiling

from .past import Looks, Past, Truth, Windows

Shares = npt.NDArray[np.float64]
_MINUTE = timedelta(minutes=1)
_NEARLY = 1e-9


@dataclass(frozen=True, eq=False)
class Budget:
    """The goal's window at each look, an element each, and the unknown minutes in it since measuring began."""

    past: Past
    windows: Windows
    missing: Column

    @classmethod
    def of(cls, past: Past, looks: Looks) -> Budget:
        """Return the windows of the looks at a goal."""
        begins, lengths = _windows(past, looks)
        since = np.maximum(begins, past.began)
        known = past.windows(since, np.maximum(looks.ends, since))
        return cls(past, past.windows(begins, looks.ends, lengths), np.maximum(known.length - known.measured, 0))

    def left(self) -> Shares:
        """Return the share that is left of the budget of each window, below zero when overspent; NaN where it is not known."""
        goal, windows = self.past.goal, self.windows
        with np.errstate(divide="ignore", invalid="ignore"):
            traffic = windows.total / np.minimum(windows.measured, windows.length)
            events = windows.total if goal.unknown is UnknownPolicy.IGNORE else traffic * windows.length
            assumed = traffic * self.missing if goal.unknown is UnknownPolicy.BAD else 0
            left: Shares = 1 - (windows.bad + assumed) / (events * float(1 - goal.target))
        left[(windows.total == 0) | (windows.measured == 0) | (windows.length <= 0)] = np.nan
        return left

    def are_at_most(self, left: Shares, share: Fraction) -> Truth:
        """Tell where no more than a share is left; what is close to it is decided exactly."""
        found: Truth = left <= float(share)
        for number in np.flatnonzero(np.abs(left - float(share)) <= _NEARLY).tolist():
            found[number] = self.exactly_left(number) <= share
        return found

    def exactly_left(self, number: int) -> Fraction:
        """Return what is left of the budget of one window, which is known."""
        goal, window = self.past.goal, self.windows.at(number)
        allowed = rules.allowed_of(window, goal.target, goal.unknown)
        if allowed is None:
            raise ValueError("nothing is known of this window")
        return 1 - (window.bad + rules.assumed_of(window, goal.unknown, int(self.missing[number]))) / allowed


def _windows(past: Past, looks: Looks) -> tuple[Column, Column | None]:
    """Return where the goal's window begins at each look, and how long it is where it goes on after that."""
    goal, looked = past.goal, looks.at
    if goal.calendar is None:
        return looks.ends - ceiling(goal.window // _MINUTE, goal.slices), None
    begins, lengths = np.zeros_like(looked), np.zeros_like(looked)
    at = 0
    while at < len(looked):
        period = goal.period(start_of(int(looked[at]) - 1))
        until = at + int(np.searchsorted(looked[at:], minute_of(period.end), side="right"))
        begins[at:until], lengths[at:until] = minute_of(period.start), period.length // _MINUTE
        at = max(until, at + 1)
    return begins, lengths
