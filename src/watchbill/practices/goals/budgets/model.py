"""The nouns of budgets: a goal's budget with what follows from it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from fractions import Fraction

from watchbill.org.charters import BudgetState
from watchbill.org.objectives import Goal
from watchbill.practices.goals.model import GoalStatus

from .decisions import Advice
from .policies import Forecast, GivenPolicy


@dataclass(frozen=True)
class Budget:
    """How a goal's budget stands and what follows: `left` is exact, and None where nothing was counted yet.

    `policy` is None where the goal is under none; `state` is the policy's state that holds, None while it is not known what is left.
    `advice` is what to do about a goal so met or missed.
    """

    goal: Goal
    status: GoalStatus
    left: Fraction | None
    policy: GivenPolicy | None
    state: BudgetState | None
    forecasts: tuple[Forecast, ...]
    advice: tuple[Advice, ...]

    @property
    def exhausted_at(self) -> datetime | None:
        """When all is spent at the burn of the shortest window; None while it does not burn down."""
        return None if self.status.spent_in is None else self.status.at + self.status.spent_in
