"""What becomes of a goal's budget over its past: what is left at each minute, and which state of its policy is in force. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from fractions import Fraction

import numpy as np
import numpy.typing as npt

from watchbill.practices.goals.ledger import start_of
from watchbill.practices.goals.model import Amount

from .budget import Budget, Shares
from .past import Looks, Past

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
    budget = Budget.of(past, looks)
    left = budget.left()
    known = np.flatnonzero(~np.isnan(left))
    lowest = int(known[np.argmin(left[known])]) if len(known) else None
    names = [*(name for name, _ in states), NOT_MEASURED]
    in_force = _in_force(budget, left, states)
    turns = [0, *(np.flatnonzero(np.diff(in_force)) + 1).tolist()]
    end = budget.windows.at(len(looked) - 1)
    return Spent(
        left=None if np.isnan(left[-1]) else float(left[-1]),
        bad=end.amount(end.bad),
        total=end.amount(end.total),
        lowest=None if lowest is None else float(left[lowest]),
        lowest_at=None if lowest is None else start_of(int(looked[lowest])),
        states={name: int((in_force == number).sum()) * _MINUTE for number, name in enumerate(names)},
        changes=[(start_of(int(looked[turn])), names[in_force[turn]]) for turn in turns],
    )


def _in_force(budget: Budget, left: Shares, states: States) -> npt.NDArray[np.int64]:
    """Return the number of the state at each minute; one more than there are where nothing is known."""
    conditions = [~np.isnan(left) if share is None else budget.are_at_most(left, share) for _, share in states]
    return np.select(conditions, list(range(len(states))), len(states))
