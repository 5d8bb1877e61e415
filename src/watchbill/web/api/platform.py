"""The common platform: what each thing that others stand on must reach, promises and was measured to reach; which goals can hold."""

from __future__ import annotations

from typing import Annotated, Literal

from fastapi import APIRouter, Query
from fastapi.responses import JSONResponse
from pydantic import Field
from starlette.concurrency import run_in_threadpool

from watchbill.org.entities import Tier
from watchbill.org.platform import Carrying, Verdict
from watchbill.practices.goals.model import GoalState
from watchbill.teams.platform import as_json

from . import API
from .values import Answer, ExactRatio, FromDoors, problems

router = APIRouter(prefix=API, tags=["platform"])


class ShareAnswer(Answer):
    """A share of good events."""

    share: float
    exact: ExactRatio
    text: str = Field(description="In percent, rounded up: who reaches it reaches the share.", examples=["99.99 %"])


class ReachedAnswer(Answer):
    """What several shares come to together."""

    share: float
    text: str = Field(description="In percent, rounded down.", examples=["99.97 %"])


class EdgeAnswer(Answer):
    """One critical dependency, or a part that all copies of one share, and where it is written."""

    of: str = Field(examples=["component:cart"])
    on: str = Field(examples=["resource:cart-db"])
    copies: int
    is_shared_part: bool
    file: str
    line: int


class CountedGoal(Answer):
    """A goal, and where it is written."""

    name: str
    target: ShareAnswer
    window_seconds: float
    file: str
    line: int


class PromiseAnswer(Answer):
    """Which goals of a thing count: the strictest, which it has to be carried for, and the loosest, which others can count on."""

    asked: CountedGoal
    given: CountedGoal
    left_out: list[CountedGoal] = Field(description="Goals that say how fast, which does not multiply along a chain.")
    why: str


class MeasuredAnswer(Answer):
    """How the goal stands that counts."""

    goal: str
    sli: float | None = Field(description="Null while nothing was measured.")
    coverage: float
    state: GoalState


class DemandAnswer(Answer):
    """What a product needs of a thing, and the way by which it stands on it."""

    product: str
    required: ShareAnswer
    formula: str
    copies: int = Field(description="How many copies fail independently; each has to reach what is required.")
    way: list[EdgeAnswer]


class CarrierAnswer(Answer):
    """A thing that others critically depend on."""

    thing: str
    title: str
    owner: str
    tier: Tier
    layer: int = Field(description="0 where nothing stands on it, else one more than the deepest that does.")
    state: Carrying
    why: str
    required: ShareAnswer | None = Field(description="Null where nothing that stands on it has a goal.")
    limited_by: list[str]
    promise: PromiseAnswer | None
    measured: MeasuredAnswer | None = Field(description="Null where there is no goal, or no server was asked.")
    demands: list[DemandAnswer] = Field(description="The strictest first.")
    carries: list[str]
    fan_in: float = Field(description="The share of all other components that stand on it at any depth.")


class DependencyTaking(Answer):
    """What one critical dependency may take of a product's budget by its own goal."""

    name: str
    thing: str | None = Field(description="Null for a shared part that the catalog does not have.")
    copies: int
    goal: str | None
    failing: float | None = Field(
        description="The share of events that all copies may fail at once; null without a goal."
    )
    of_budget: float | None
    other_window: bool = Field(description="Whether its goal is over a window that says less than the product's.")
    way: list[EdgeAnswer]
    file: str
    line: int


class CarriedAnswer(Answer):
    """A thing with a goal that critically depends on others."""

    product: str
    verdict: Verdict
    why: str
    for_others: bool = Field(
        description="Whether its goal is there for what stands on it, and asks for no further nine."
    )
    target: ShareAnswer
    promise: PromiseAnswer
    measured: MeasuredAnswer | None
    reaches: ReachedAnswer = Field(
        description="What its dependencies promise together; those without a goal count as perfect."
    )
    left: float = Field(description="reaches − target: what is left for its own faults.")
    left_of_budget: float
    with_own_faults: ReachedAnswer = Field(
        description="reaches × target: what users see at worst where its goal counts nothing but its own faults."
    )
    dependencies: list[DependencyTaking] = Field(description="Who takes most comes first, what is not known last.")


class PlatformSummary(Answer):
    """How many of what needs a look there are."""

    cannot_hold: int
    tight: int
    without_goal: int
    cycles: int


class PlatformAnswer(Answer):
    """The common platform, or the part of it that one product stands on."""

    schema_: Literal["watchbill/platform/v1"] = Field(default="watchbill/platform/v1", alias="schema")
    organization: str
    product: str | None
    summary: PlatformSummary
    things: list[CarrierAnswer]
    products: list[CarriedAnswer]
    cycles: list[list[EdgeAnswer]] = Field(
        description="Things that stand on one another, by the dependencies that make it so."
    )
    unlisted_copies: list[EdgeAnswer] = Field(description="Copies of which nothing is said to be shared.")
    mend: str


@router.get("/platform", responses=problems(404), response_model=PlatformAnswer)
async def get_platform(
    doors: FromDoors,
    product: Annotated[str | None, Query(max_length=255, description="Only what this thing stands on.")] = None,
) -> JSONResponse:
    """Return what each thing that others critically depend on must reach, and which goals can hold on it."""
    statuses = {status.goal: status for status in await doors.goals.statuses(doors.clock.now())}
    return JSONResponse(await run_in_threadpool(as_json, doors.in_force.organization, product, statuses))
