"""Goals judged over their pasts, each under the states of its own budget policy. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from watchbill.org.objectives import Goal
from watchbill.org.organization import Organization
from watchbill.practices.goals.budgets.policies import policy_of

from .past import Past
from .replay import Replayed, replay
from .spent import PLAIN_STATES, States


@dataclass(frozen=True)
class Judged:
    """The goals that were judged, and of the others why they were not, by name."""

    goals: Sequence[Replayed]
    left_out: Mapping[str, str]


def judged(
    organization: Organization, goals: Sequence[Goal], pasts: Mapping[str, Past | str], since: datetime, until: datetime
) -> Judged:  # fmt: skip
    """Return what goals come to over [`since`, `until`); a past that is a text says why there is none."""
    left_out = {name: past for name, past in pasts.items() if isinstance(past, str)}
    found = [
        replay(past, since, until, states_of(organization, goal, until))
        for goal in goals
        if not isinstance(past := pasts[goal.name], str)
    ]
    return Judged(found, left_out)


def states_of(organization: Organization, goal: Goal, at: datetime) -> States:
    """Return the states of the budget policy that a goal is under; the plain ones where it is under none."""
    given = policy_of(organization, goal, at)
    if given is None:
        return PLAIN_STATES
    return [(state.name, state.remaining_at_most) for state in given.policy.states]
