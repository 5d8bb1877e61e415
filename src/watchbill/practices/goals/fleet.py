"""All goals at a glance, in columns: what lists of thousands are filtered and put in order by. Pure; as of one evaluation."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

import numpy as np
import numpy.typing as npt

from watchbill.org.objectives import Goal

from .model import GoalState, GoalStatus

Flags = npt.NDArray[np.bool_]
Column = npt.NDArray[np.float64]
KEEPS = timedelta(seconds=90)
URGENCY = (
    GoalState.BURNING,
    GoalState.SPENT,
    GoalState.ATTENTION,
    GoalState.NOT_MEASURED,
    GoalState.HEALTHY,
)


class GoalOrder(StrEnum):
    """What a list of goals begins with: the most urgent, the fastest burn, the least left, the soonest spent, or the first name."""

    URGENCY = "urgency"
    BURN = "burn"
    LEFT = "left"
    EXHAUSTION = "exhaustion"
    NAME = "name"


@dataclass(frozen=True, eq=False)
class Fleet:
    """How the `goals` stood `at` an instant, a row each, by name; NaN where there is nothing to say.

    `urgency` is a state's place in URGENCY, `burn` the rate over the shortest window, `left` the share of the budget that is left,
    `spent_in` and `pages_in` are in seconds; a budget that is spent is so in 0.
    """

    at: datetime
    goals: Mapping[str, Goal]
    names: tuple[str, ...]
    urgency: npt.NDArray[np.int8]
    burn: Column
    left: Column
    spent_in: Column
    pages_in: Column

    @classmethod
    def of(cls, goals: Mapping[str, Goal], statuses: Iterable[GoalStatus], at: datetime) -> Fleet:
        """Return the columns of statuses, which are by name."""
        rows = list(statuses)
        places = {state: place for place, state in enumerate(URGENCY)}
        return cls(
            at=at,
            goals=goals,
            names=tuple(each.goal for each in rows),
            urgency=np.array([places[each.state] for each in rows], dtype=np.int8),
            burn=_column(rows, lambda each: each.present.short_rate if each.present is not None else None),
            left=_column(rows, lambda each: each.left),
            spent_in=_column(rows, _spent_in),
            pages_in=_column(rows, lambda each: _seconds(each.pages_in)),
        )

    def is_of(self, goals: Mapping[str, Goal], now: datetime) -> bool:
        """Whether this is a glance at just these goals, not long ago."""
        return self.goals is goals and abs(now - self.at) <= KEEPS

    def everything(self) -> Flags:
        """Return a flag for each goal, all of them set."""
        return np.ones(len(self.names), dtype=np.bool_)

    def in_state(self, state: GoalState) -> Flags:
        """Return which goals are in a state."""
        found: Flags = self.urgency == URGENCY.index(state)
        return found

    def by_state(self, among: Flags) -> Counter[GoalState]:
        """Return how many of some goals are in each state."""
        counts = np.bincount(self.urgency[among], minlength=len(URGENCY))
        return Counter({state: int(count) for state, count in zip(URGENCY, counts, strict=True)})

    def in_order(self, among: Flags, order: GoalOrder) -> list[str]:
        """Return the names of some goals in an order; those of which it says nothing come last, equals by name."""
        chosen = np.flatnonzero(among)
        keys = [column[chosen] for column in self._keys(order)]
        rows = chosen[np.lexsort(keys[::-1])] if keys else chosen
        return [self.names[row] for row in rows]

    def _keys(self, order: GoalOrder) -> tuple[npt.NDArray[np.generic], ...]:
        """Return the columns that an order goes by, the first one first; NaN sorts behind all numbers."""
        if order is GoalOrder.URGENCY:
            return self.urgency, np.isnan(self.pages_in)
        if order is GoalOrder.BURN:
            return (-self.burn,)
        if order is GoalOrder.LEFT:
            return (self.left,)
        return (self.spent_in, self.left) if order is GoalOrder.EXHAUSTION else ()


def _column(rows: Iterable[GoalStatus], value: Callable[[GoalStatus], float | None]) -> Column:
    return np.array([np.nan if (found := value(each)) is None else found for each in rows], dtype=np.float64)


def _spent_in(status: GoalStatus) -> float | None:
    return 0.0 if status.left is not None and status.left <= 0 else _seconds(status.spent_in)


def _seconds(span: timedelta | None) -> float | None:
    return None if span is None else span.total_seconds()
