"""Which state of which policy each goal comes into: compared with where it was, as its budget is spent and comes back. Pure."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from fractions import Fraction

from watchbill.practices.goals.model import GoalStatus

from . import policies
from .policies import GivenPolicy


@dataclass(frozen=True)
class StateMove:
    """That a goal came into a state of a policy, `number` counting from 1; with both None it came under no policy any more.

    `left` is what was left of its budget then, exact.
    """

    goal: str
    number: int
    at: datetime
    policy: str | None
    state: str | None
    left: Fraction | None

    @property
    def stands(self) -> tuple[str | None, str | None]:
        """The policy and its state."""
        return self.policy, self.state


def doubtful(
    before: Mapping[str, StateMove], under: Mapping[str, GivenPolicy], left: Iterable[tuple[str, float]]
) -> list[str]:
    """Return the goals that stand elsewhere than before, as far as what is `left` tells in floats: they are to be looked at exactly.

    Where it is not known what is left, it is NaN; such a goal stays where it was.
    """
    found = []
    for goal, share in left:
        given, known = under.get(goal), before.get(goal)
        if given is None or math.isnan(share):
            continue
        stands = (given.policy.name, policies.state_of(given.policy, share).name)
        if known is None or known.stands != stands:
            found.append(goal)
    return found


def moves(
    before: Mapping[str, StateMove], under: Mapping[str, GivenPolicy], statuses: Iterable[GoalStatus], now: datetime
) -> list[StateMove]:
    """Return what moved since `before`: those of these goals that are in another state, and all that are under no policy any more."""
    found = []
    for status in statuses:
        given, left, known = under.get(status.goal), policies.left_of(status), before.get(status.goal)
        if given is None or left is None:
            continue
        state = policies.state_of(given.policy, left)
        move = StateMove(status.goal, _next(known), now, given.policy.name, state.name, left)
        if known is None or known.stands != move.stands:
            found.append(move)
    released = [known for goal, known in before.items() if goal not in under and known.policy is not None]
    return found + [StateMove(known.goal, _next(known), now, None, None, None) for known in released]


def after(before: Mapping[str, StateMove], found: Iterable[StateMove]) -> dict[str, StateMove]:
    """Return the last move of each goal once these were made."""
    return {**before, **{move.goal: move for move in found}}


def _next(known: StateMove | None) -> int:
    return 1 if known is None else known.number + 1
