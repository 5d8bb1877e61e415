"""The nouns of budgets: a goal's budget with what follows from it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from fractions import Fraction

from watchbill.org.charters import BudgetState
from watchbill.org.objectives import Goal
from watchbill.practices.goals.model import GoalStatus

from .books import Booking
from .decisions import Advice
from .moves import StateMove
from .policies import Forecast, GivenPolicy
from .postmortems import PostmortemDue
from .rebooking import Rebooking


@dataclass(frozen=True)
class Budget:
    """How a goal's budget stands and what follows: `left` is exact, and None where nothing was counted yet.

    `policy` is None where the goal is under none; `state` is the policy's state that holds, None while it is not known what is left.
    `moves` are the last ones into states of policies, the newest first. `bookings` are all bad events of the window,
    `rebookings` what people said of it, the newest first.
    `advice` is what to do about a goal so met or missed.
    """

    goal: Goal
    status: GoalStatus
    left: Fraction | None
    policy: GivenPolicy | None
    state: BudgetState | None
    forecasts: tuple[Forecast, ...]
    advice: tuple[Advice, ...]
    moves: tuple[StateMove, ...]
    bookings: tuple[Booking, ...]
    rebookings: tuple[Rebooking, ...]
    postmortems: tuple[PostmortemDue, ...]

    @property
    def since(self) -> datetime | None:
        """Since when the present state holds, as it is on record; None until that is written."""
        if self.policy is None or self.state is None or not self.moves:
            return None
        newest = self.moves[0]
        return newest.at if newest.stands == (self.policy.policy.name, self.state.name) else None

    def share(self, booking: Booking) -> Fraction | None:
        """Return the share of the whole window's budget that a booking is; None where it is not known, or not spent."""
        allowed = self.status.allowed
        return Fraction(booking.bad) / allowed if booking.spent and allowed is not None else None

    @property
    def exhausted_at(self) -> datetime | None:
        """The second in which all is spent at the burn of the shortest window; None while it does not burn down."""
        lasts = self.status.spent_in
        return None if lasts is None else (self.status.at + lasts).replace(microsecond=0)
