"""What becomes of a goal's budget over its past: what is left at each minute, and which state of its policy is in force. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from fractions import Fraction

import numpy as np
import numpy.typing as npt

from watchbill.org.objectives import UnknownPolicy
from watchbill.practices.goals.charting import Column
from watchbill.practices.goals.ledger import minute_of, start_of
from watchbill.practices.goals.model import Amount
from watchbill.practices.goals.slicing import ceiling

from .past import Looks, Past, Windows

NOT_MEASURED = "notMeasured"
PLAIN_STATES: tuple[tuple[str, Fraction | None], ...] = (
    ("spent", Fraction(0)),
    ("attention", Fraction(1, 2)),
    ("healthy", None),
)
_MINUTE = timedelta(minutes=1)

States = Sequence[tuple[str, Fraction | None]]
"""The states of a budget, the first one that holds counts: its name, and the share that at most is left in it (None: any)."""


@dataclass(frozen=True)
class Spent:
    """What became of the budget: figures of the window at the end, the lowest that was left, and how long each state was in force.

    Shares are below zero when overspent, None where nothing was measured. `changes` are the states by when they began.
    """

    left: float | None
    bad: Amount
    total: Amount
    lowest: float | None
    lowest_at: datetime | None
    states: Mapping[str, timedelta]
    changes: Sequence[tuple[datetime, str]]


def spent(past: Past, looks: Looks, states: States = PLAIN_STATES) -> Spent:
    """Return what becomes of the budget; the states are asked in their order."""
    looked = looks.at
    windows, begins = _budget_windows(past, looks)
    left = _left(past, windows, begins, looks.ends)
    known = np.flatnonzero(~np.isnan(left))
    lowest = int(known[np.argmin(left[known])]) if len(known) else None
    names = [*(name for name, _ in states), NOT_MEASURED]
    in_force = _in_force(left, states)
    turns = [0, *(np.flatnonzero(np.diff(in_force)) + 1).tolist()]
    end = windows.at(len(looked) - 1)
    return Spent(
        left=None if np.isnan(left[-1]) else float(left[-1]),
        bad=end.amount(end.bad),
        total=end.amount(end.total),
        lowest=None if lowest is None else float(left[lowest]),
        lowest_at=None if lowest is None else start_of(int(looked[lowest])),
        states={name: int((in_force == number).sum()) * _MINUTE for number, name in enumerate(names)},
        changes=[(start_of(int(looked[turn])), names[in_force[turn]]) for turn in turns],
    )


def _budget_windows(past: Past, looks: Looks) -> tuple[Windows, Column]:
    """Return the goal's window at each minute, and where it begins."""
    goal, looked, ends = past.goal, looks.at, looks.ends
    if goal.calendar is None:
        begins = ends - ceiling(goal.window // _MINUTE, goal.slices)
        return past.windows(begins, ends), begins
    begins, lengths = np.zeros_like(looked), np.zeros_like(looked)
    at = 0
    while at < len(looked):
        period = goal.period(start_of(int(looked[at]) - 1))
        until = at + int(np.searchsorted(looked[at:], minute_of(period.end), side="right"))
        begins[at:until], lengths[at:until] = minute_of(period.start), period.length // _MINUTE
        at = max(until, at + 1)
    return past.windows(begins, ends, lengths), begins


def _left(past: Past, windows: Windows, begins: Column, ends: Column) -> npt.NDArray[np.float64]:
    """Return the share of the budget that is left at each minute, as `rules` has it; NaN where it is not known."""
    goal, lets_pass = past.goal, float(1 - past.goal.target)
    with np.errstate(divide="ignore", invalid="ignore"):
        traffic = windows.total / np.minimum(windows.measured, windows.length)
        allowed = (windows.total if goal.unknown is UnknownPolicy.IGNORE else traffic * windows.length) * lets_pass
        assumed = np.zeros(len(ends))
        if goal.unknown is UnknownPolicy.BAD:
            since = np.maximum(begins, past.began)
            missing = past.windows(since, np.maximum(ends, since))
            assumed = traffic * np.maximum(missing.length - missing.measured, 0)
        left: npt.NDArray[np.float64] = 1 - (windows.bad + assumed) / allowed
    left[(windows.total == 0) | (windows.measured == 0)] = np.nan
    return left


def _in_force(left: npt.NDArray[np.float64], states: States) -> npt.NDArray[np.int64]:
    """Return the number of the state at each minute; one more than there are where nothing is known."""
    conditions = [left <= float(share) if share is not None else ~np.isnan(left) for _, share in states]
    return np.select(conditions, list(range(len(states))), len(states))
