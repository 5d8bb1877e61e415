"""The verbs of budgets: what a service's goals have left, and what follows from it."""

from __future__ import annotations

from datetime import datetime

from watchbill.org.in_force import OrganizationInForce
from watchbill.org.objectives import Goal
from watchbill.org.values import EntityRef
from watchbill.practices.goals.model import GoalStatus
from watchbill.practices.goals.service import GoalsService

from . import policies
from .decisions import advice
from .model import Budget


class BudgetsService:
    """The door to budgets and their consequences."""

    def __init__(self, organization: OrganizationInForce, goals: GoalsService) -> None:
        self._in_force = organization
        self._goals = goals

    async def budgets_of(self, thing: EntityRef, now: datetime) -> list[Budget]:
        """Return the budgets of the goals of a thing, by name."""
        goals = [goal for _, goal in sorted(self._in_force.organization.goals.items()) if goal.service == thing]
        return [await self.budget(goal, now) for goal in goals]

    async def budget(self, goal: Goal, now: datetime) -> Budget:
        """Return how the budget of a goal stands, and what follows from it."""
        return self._budget(goal, await self._goals.status(goal.name, now))

    def _budget(self, goal: Goal, status: GoalStatus) -> Budget:
        given = policies.policy_of(self._in_force.organization, goal, status.at)
        left = policies.left_of(status)
        state = policies.state_of(given.policy, left) if given is not None and left is not None else None
        return Budget(
            goal=goal,
            status=status,
            left=left,
            policy=given,
            state=state,
            forecasts=tuple(policies.forecasts(goal, status)),
            advice=() if left is None else advice(met=left > 0),
        )
