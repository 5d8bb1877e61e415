"""The list of goals for programs: the same choices and orders as on its page, a part of it at a time."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal

from fastapi import APIRouter, Query
from pydantic import Field
from starlette.concurrency import run_in_threadpool

from watchbill.org.entities import Tier
from watchbill.practices.goals.fleet import GoalOrder
from watchbill.practices.goals.model import GoalState
from watchbill.teams.goal_list import AskedGoals, found_goals

from . import API
from .goals import GoalAnswer
from .values import Answer, FromDoors, problems

router = APIRouter(prefix=API, tags=["goals"])


class GoalsAnswer(Answer):
    """The goals that were asked for, in order, from one of them on. The order is as of `orderedAt`, the figures as of `at`."""

    schema_: Literal["watchbill/goals/v1"] = Field(default="watchbill/goals/v1", alias="schema")
    at: datetime
    ordered_at: datetime
    total: int = Field(description="How many goals there are that were asked for.")
    by_state: dict[GoalState, int] = Field(
        description="How many there are in each state, whatever state was asked for."
    )
    next_from: int | None = Field(description="Where the list goes on: the next `from`; null at its end.")
    goals: list[GoalAnswer]


@router.get("/goals", responses=problems(404))
async def get_goals(
    doors: FromDoors,
    *,
    team: Annotated[
        str, Query(max_length=255, description="An SRE team that answers for them; “none” for no team.")
    ] = "",
    tier: Annotated[Tier | None, Query(description="The tier of their services.")] = None,
    platform: Annotated[
        str, Query(max_length=255, description="A thing that their services critically stand on, or are.")
    ] = "",
    state: GoalState | None = None,
    words: Annotated[
        str, Query(alias="q", max_length=255, description="Words in the name or title of the goal, or its service.")
    ] = "",
    sort: GoalOrder = GoalOrder.URGENCY,
    first: Annotated[int, Query(alias="from", ge=0, description="How many to leave out.")] = 0,
    limit: Annotated[int, Query(ge=1, le=10_000)] = 50,
) -> GoalsAnswer:
    """Return goals and how they stand now: those of which all that is said is so."""
    now = doors.clock.now()
    fleet = await doors.goals.fleet(now)
    organization = doors.in_force.organization
    asked = AskedGoals(team, tier, platform, state, words, sort)
    found = await run_in_threadpool(found_goals, organization, fleet, asked)
    shown = found.names[first : first + limit]
    statuses = {status.goal: status for status in await doors.goals.statuses_of(shown, now)}
    end = first + len(shown)
    return GoalsAnswer(
        at=now,
        ordered_at=found.at,
        total=len(found.names),
        by_state=dict(found.by_state),
        next_from=end if end < len(found.names) else None,
        goals=[GoalAnswer.of(organization.goals[name], statuses[name]) for name in shown if name in statuses],
    )
