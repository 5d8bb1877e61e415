"""Which budget policy is in force for a goal, and which of its states: decided exactly, from what is left of the budget. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from fractions import Fraction

from watchbill.org.because import Because
from watchbill.org.charters import BudgetPolicy, BudgetState
from watchbill.org.claims import claims_at, day_of
from watchbill.org.objectives import Goal
from watchbill.org.organization import Organization
from watchbill.practices.goals import rules
from watchbill.practices.goals.model import GoalStatus


@dataclass(frozen=True)
class GivenPolicy:
    """The policy that a goal is under, and why it is this one."""

    policy: BudgetPolicy
    because: Because


@dataclass(frozen=True)
class Forecast:
    """How long the budget lasts if it burns on as it did `over` the last so and so long; `lasts` is None while it does not run out."""

    over: timedelta
    burn: float
    lasts: timedelta | None


def policy_of(organization: Organization, goal: Goal, at: datetime) -> GivenPolicy | None:
    """Return the policy of a goal: the one that the goal names, else the one agreed for its service by the engagement in force.

    An aspirational goal is measured and has no consequences: it is under none.
    """
    if goal.aspirational:
        return None
    if goal.policy is not None and goal.policy in organization.budget_policies:
        text = f"The goal {goal.name} is under the budget policy {goal.policy}."
        because = Because("goal-policy", text, goal.place, f"SLO {goal.document or goal.name}")
        return GivenPolicy(organization.budget_policies[goal.policy], because)
    thing = organization.things.get(goal.service)
    winner = claims_at(organization, at).standing(thing).winner if thing is not None else None
    engagement = winner.source.engagement if winner is not None else None
    agreement = engagement.agreement if engagement is not None else None
    if engagement is None or agreement is None or agreement.budget_policy is None:
        return None
    text = f"The engagement {engagement.name} agreed on the budget policy {agreement.budget_policy}."
    because = Because("agreed-policy", text, agreement.place, f"Engagement {engagement.name}")
    return GivenPolicy(organization.budget_policies[agreement.budget_policy], because)


def under_policies(organization: Organization, at: datetime) -> Mapping[str, GivenPolicy]:
    """Return the policies of all goals that are under one, by the goal's name."""

    def found() -> dict[str, GivenPolicy]:
        given = {name: policy_of(organization, goal, at) for name, goal in organization.goals.items()}
        return {name: policy for name, policy in given.items() if policy is not None}

    return organization.memory.recall(("budget policies", day_of(organization, at)), found)


def left_of(status: GoalStatus) -> Fraction | None:
    """Return the share of the whole window's budget that is left, exact and below 0 when overspent; None where it is not known."""
    return None if status.allowed is None else 1 - (status.spent + status.assumed) / status.allowed


def state_of(policy: BudgetPolicy, left: Fraction | float) -> BudgetState:
    """Return the first state that holds with so much left; the last one of a policy always does."""
    return next(state for state in policy.states if state.remaining_at_most is None or left <= state.remaining_at_most)


def forecasts(goal: Goal, status: GoalStatus) -> Iterator[Forecast]:
    """Yield how long the budget lasts at the burn of each window that the goal's rules look at, the shortest first."""
    rates = {burn.tier.short: burn.short_rate for burn in status.burns}
    rates |= {burn.tier.long: burn.long_rate for burn in status.burns}
    period = goal.period(status.at)
    for over, rate in sorted(rates.items()):
        if rate is not None:
            yield Forecast(over, rate, rules.spent_in(period, status.at, status.left, rate))
