"""The verbs of budgets: follow the states that goals come into, and tell what is left, what follows from it, and who spent it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

from watchbill.org.in_force import OrganizationInForce
from watchbill.org.objectives import Goal
from watchbill.org.values import EntityRef
from watchbill.practices.goals.ledger import start_of
from watchbill.practices.goals.model import GoalStatus
from watchbill.practices.goals.service import GoalsService
from watchbill.practices.goals.spending import Spending
from watchbill.practices.incidents.model import Course
from watchbill.practices.incidents.service import IncidentsService
from watchbill.store.store import Store

from . import policies, rebooking_tables, tables
from .attribution import dependencies_of, dependency_claim, excluded_claim, fingerprints_of, incident_claims
from .books import Booking, Cause, Claim, booked
from .decisions import advice
from .model import Budget
from .moves import StateMove, after, doubtful, moves
from .policies import GivenPolicy
from .postmortems import PostmortemDue, postmortems_due
from .rebooking import rebooked_claims

_MOST_MOVES = 20
_MOST_REBOOKED = 1000


class BudgetsService:
    """The door to budgets and their consequences. Any number of processes may look; one at a time follows."""

    def __init__(
        self, store: Store, organization: OrganizationInForce, goals: GoalsService, incidents: IncidentsService
    ) -> None:
        self._store = store
        self._in_force = organization
        self._goals = goals
        self._incidents = incidents
        self._before: Mapping[str, StateMove] | None = None

    async def load(self, _now: datetime) -> None:
        """Forget where goals stood: another process may have followed."""
        self._before = None

    async def follow(self, now: datetime) -> int:
        """Write down which goals came into another state of their policies; return how many. Each move is written once.

        The goals are taken as they were evaluated last; those that seem to have moved are looked at exactly.
        """
        organization = self._in_force.organization
        under = policies.under_policies(organization, now)
        fleet = await self._goals.fleet(now)
        before = self._before if self._before is not None else await self._newest()
        names = doubtful(before, under, zip(fleet.names, fleet.left.tolist(), strict=True))
        found = moves(before, under, await self._goals.statuses_of(names, now) if names else [], now)
        self._before = after(before, found) if not found or await self._write(before, found) else None
        return len(found) if self._before is not None else 0

    async def budgets_of(self, thing: EntityRef, now: datetime) -> list[Budget]:
        """Return the budgets of the goals of a thing, by name."""
        goals = [goal for _, goal in sorted(self._in_force.organization.goals.items()) if goal.service == thing]
        return [await self.budget(goal, now) for goal in goals]

    async def budget(self, goal: Goal, now: datetime) -> Budget:
        """Return how the budget of a goal stands, what follows from it, and who spent it."""
        status, spending = await self._goals.spending(goal.name, now)
        async with self._store.reading() as transaction:
            last = await tables.moves_of(transaction, goal.name, _MOST_MOVES)
            said = await rebooking_tables.of_goal(transaction, goal.name, _MOST_REBOOKED, since_minute=spending.first)
        courses = await self._incidents.courses(goal.service, fingerprints_of(goal), start_of(spending.first), now)
        bookings = tuple(
            await self._booked(goal, spending, [*rebooked_claims(said), *incident_claims(goal, courses, now)], now)
        )
        given = policies.policy_of(self._in_force.organization, goal, now)
        left = policies.left_of(status)
        return Budget(
            goal=goal,
            status=status,
            left=left,
            policy=given,
            state=policies.state_of(given.policy, left) if given is not None and left is not None else None,
            forecasts=tuple(policies.forecasts(goal, status)),
            advice=() if left is None else advice(met=left > 0),
            moves=tuple(last),
            bookings=bookings,
            rebookings=tuple(said),
            postmortems=_postmortems(given, status, bookings, courses),
        )

    async def _booked(
        self, goal: Goal, spending: Spending, claimed: Sequence[Claim], now: datetime
    ) -> Sequence[Booking]:
        """Return the bookings; dependencies are looked at only for what nobody else claims."""
        claims = [excluded_claim(spending), *claimed]
        found = booked(spending, claims)
        if not any(booking.account.cause is Cause.NOT_ATTRIBUTED for booking in found):
            return found
        organization = self._in_force.organization
        ways = dependencies_of(organization, goal.service)
        for on in sorted(ways, key=lambda on: (-len(ways[on]), on)):
            theirs = [each for each in organization.goals.values() if each.service == on]
            spent = [(each, (await self._goals.spending(each.name, now))[1]) for each in theirs]
            claims.append(dependency_claim(organization, on, spent, now))
        return booked(spending, claims)

    async def _newest(self) -> dict[str, StateMove]:
        async with self._store.reading() as transaction:
            return await tables.newest_moves(transaction)

    async def _write(self, before: Mapping[str, StateMove], found: list[StateMove]) -> bool:
        """Write moves down; return False, having written none, where another process wrote since `before` was read."""
        async with self._store.writing() as transaction:
            if await tables.newest_moves(transaction) != before:
                return False
            await tables.add_moves(transaction, found)
        return True


def _postmortems(
    given: GivenPolicy | None, status: GoalStatus, bookings: Iterable[Booking], courses: Iterable[Course]
) -> tuple[PostmortemDue, ...]:
    if given is None or status.allowed is None:
        return ()
    incidents = {str(course.incident.number): course.incident for course in courses}
    return tuple(postmortems_due(given.policy, bookings, status.allowed, incidents))
