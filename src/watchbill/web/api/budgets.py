"""Budgets of a service: what its goals have left, which state of which policy is in force, and how long it lasts."""

from __future__ import annotations

from datetime import datetime
from fractions import Fraction
from typing import Literal

from fastapi import APIRouter
from pydantic import Field

from watchbill.org.charters import BudgetState
from watchbill.org.objectives import UnknownPolicy
from watchbill.practices.goals.budgets.books import Booking, Cause
from watchbill.practices.goals.budgets.decisions import Advice
from watchbill.practices.goals.budgets.model import Budget
from watchbill.practices.goals.budgets.moves import StateMove
from watchbill.practices.goals.budgets.policies import Forecast, GivenPolicy
from watchbill.practices.goals.budgets.postmortems import PostmortemDue
from watchbill.practices.goals.model import GoalState, LeftOut, plain
from watchbill.teams.explain import thing_named

from . import API
from .goals import Window
from .values import (
    Answer,
    ExactRatio,
    FromDoors,
    PlaceAnswer,
    Reason,
    Reference,
    problems,
    seconds_if,
    seconds_of,
    text_of,
)

router = APIRouter(prefix=API, tags=["goals"])


class ExcludedAnswer(Answer):
    """What was agreed not to count; it is in no other figure."""

    minutes: int
    good: int | float
    bad: int | float
    total: int | float

    @classmethod
    def of(cls, out: LeftOut) -> ExcludedAnswer:
        """Return what is left out as it is answered."""
        return cls(minutes=out.minutes, good=plain(out.good), bad=plain(out.total - out.good), total=plain(out.total))


class PolicyAnswer(Answer):
    """The budget policy that a goal is under, and its state that holds; null while it is not known what is left."""

    name: str = Field(examples=["standard"])
    title: str
    owner: str
    state: StateAnswer | None
    since: datetime | None = Field(description="Since when the state is on record; null until it is.")
    because: Reason

    @classmethod
    def of(cls, given: GivenPolicy, state: BudgetState | None, since: datetime | None) -> PolicyAnswer:
        """Return a policy as it is answered."""
        return cls(
            name=given.policy.name,
            title=given.policy.title,
            owner=str(given.policy.owner),
            state=None if state is None else StateAnswer.of(state),
            since=since,
            because=Reason.of(given.because),
        )


class StateAnswer(Answer):
    """A state of a policy and its consequences."""

    name: str = Field(examples=["low"])
    remaining_at_most: float | None = Field(description="It holds with so much left or less; null: with any.")
    releases: Literal["open", "approval", "blocked"]
    allow: list[str] = Field(description="What is released all the same.", examples=[["security", "p0"]])
    approvers: list[str]
    notify: list[str] = Field(description="Whom the state concerns, as the policy writes it.")
    place: PlaceAnswer

    @classmethod
    def of(cls, state: BudgetState) -> StateAnswer:
        """Return a state as it is answered."""
        most = state.remaining_at_most
        return cls.model_validate(
            {
                "name": state.name,
                "remainingAtMost": None if most is None else float(most),
                "releases": state.releases,
                "allow": list(state.allow),
                "approvers": [str(approver) for approver in state.approvers],
                "notify": [f"{target.kind}:{target.name}" for target in state.notify],
                "place": PlaceAnswer.of(state.place),
            }
        )


class ForecastAnswer(Answer):
    """How long the budget lasts at the burn of a window; `exhaustedAt` is null while it does not run out."""

    over_seconds: float
    burn: float
    lasts_seconds: float | None
    exhausted_at: datetime | None

    @classmethod
    def of(cls, forecast: Forecast, at: datetime) -> ForecastAnswer:
        """Return a forecast as it is answered."""
        return cls(
            over_seconds=seconds_of(forecast.over),
            burn=forecast.burn,
            lasts_seconds=seconds_if(forecast.lasts),
            exhausted_at=None if forecast.lasts is None else (at + forecast.lasts).replace(microsecond=0),
        )


class AdviceAnswer(Answer):
    """What to do about a goal so met or missed, where toil is low or high and users are content or not."""

    toil: Literal["low", "high"]
    satisfaction: Literal["low", "high"]
    action: str

    @classmethod
    def of(cls, advice: Advice) -> AdviceAnswer:
        """Return advice as it is answered."""
        return cls(
            toil="high" if advice.high_toil else "low",
            satisfaction="high" if advice.content_users else "low",
            action=advice.action,
        )


class MoveAnswer(Answer):
    """That the budget came into a state of a policy; both null: under no policy any more."""

    at: datetime
    policy: str | None
    state: str | None
    left: float | None = Field(description="The share of the budget that was left then.")

    @classmethod
    def of(cls, move: StateMove) -> MoveAnswer:
        """Return a move as it is answered."""
        left = None if move.left is None else float(move.left)
        return cls(at=move.at, policy=move.policy, state=move.state, left=left)


class SpentAnswer(Answer):
    """What is booked to one account: whose it is, and how many bad events in which minutes."""

    by: Cause
    subject: str = Field(description="An incident's number, a reference, or words.", examples=["12"])
    title: str
    holder: str | None = Field(description="The group that holds it, where somebody does.")
    team: str | None
    bad: int | float
    share: float | None = Field(description="The share of the whole window's budget that it is.")
    minutes: int
    start: datetime
    end: datetime
    spent: bool = Field(description="False of what was excluded: it is in no other figure.")

    @classmethod
    def of(cls, booking: Booking, share: Fraction | None) -> SpentAnswer:
        """Return a booking as it is answered."""
        account = booking.account
        return cls(
            by=account.cause,
            subject=account.subject,
            title=account.title,
            holder=text_of(account.holder),
            team=account.team,
            bad=plain(booking.bad),
            share=None if share is None else float(share),
            minutes=booking.minutes,
            start=booking.since,
            end=booking.until,
            spent=booking.spent,
        )


class PostmortemAnswer(Answer):
    """An incident that spent more of a window's budget than the policy lets pass without a postmortem."""

    incident: str
    title: str
    share: float
    limit: float
    due: datetime | None = Field(description="Null while the incident is open, and where the policy names no time.")

    @classmethod
    def of(cls, due: PostmortemDue) -> PostmortemAnswer:
        """Return a postmortem that is due as it is answered."""
        account = due.account
        return cls(
            incident=account.subject,
            title=account.title,
            share=float(due.share),
            limit=float(due.limit),
            due=due.due,
        )


class BudgetAnswer(Answer):
    """The budget of one goal over its window, and what follows from it."""

    goal: str = Field(examples=["payments-availability"])
    target: str = Field(description="In percent, as written.", examples=["99.9"])
    window: Window
    counts: Literal["events", "time slices"]
    good: int | float
    bad: int | float
    total: int | float
    excluded: ExcludedAnswer
    unknown_minutes: int
    lower_bound_minutes: int
    coverage: float = Field(description="The measured share of the window.")
    budget: float = Field(description="How many of the counted events may be bad.")
    budget_exact: ExactRatio
    remaining: float | None = Field(description="1 - bad / budget, of what was measured; below 0 when overspent.")
    unknown: UnknownPolicy
    assumed_bad: float
    allowed: float | None = Field(description="How many events of the whole window may be bad; null without events.")
    allowed_exact: ExactRatio | None
    left: float | None = Field(description="1 - (bad + assumedBad) / allowed: what the policy's states go by.")
    left_exact: ExactRatio | None
    state: GoalState
    policy: PolicyAnswer | None = Field(description="Null: the goal is under none, or aimed at and not promised yet.")
    spent_by: list[SpentAnswer] = Field(
        description="Every bad event of the window, booked once, the largest part first: those that are spent add up to `bad`."
    )
    postmortems: list[PostmortemAnswer]
    moves: list[MoveAnswer] = Field(description="The last 20 moves between states of policies, the newest first.")
    exhausted_at: datetime | None = Field(
        description="When all is spent at the burn of the shortest window; null while it does not burn down."
    )
    forecasts: list[ForecastAnswer]
    advice: list[AdviceAnswer] = Field(description="Which of it holds, people know: watchbill measures neither here.")
    problem: str | None

    @classmethod
    def of(cls, budget: Budget) -> BudgetAnswer:
        """Return a budget as it is answered."""
        goal, status = budget.goal, budget.status
        return cls(
            goal=goal.name,
            target=goal.target_text,
            window=Window.of(goal, status),
            counts="events" if goal.slices is None else "time slices",
            good=plain(status.good),
            bad=plain(status.spent),
            total=plain(status.total),
            excluded=ExcludedAnswer.of(status.excluded),
            unknown_minutes=status.unknown_minutes,
            lower_bound_minutes=status.lower_bound_minutes,
            coverage=status.coverage,
            budget=float(status.budget),
            budget_exact=ExactRatio.of(status.budget),
            remaining=status.remaining,
            unknown=goal.unknown,
            assumed_bad=float(status.assumed),
            allowed=None if status.allowed is None else float(status.allowed),
            allowed_exact=_exact(status.allowed),
            left=status.left,
            left_exact=_exact(budget.left),
            state=status.state,
            policy=None if budget.policy is None else PolicyAnswer.of(budget.policy, budget.state, budget.since),
            spent_by=[SpentAnswer.of(booking, budget.share(booking)) for booking in budget.bookings],
            postmortems=[PostmortemAnswer.of(due) for due in budget.postmortems],
            moves=[MoveAnswer.of(move) for move in budget.moves],
            exhausted_at=budget.exhausted_at,
            forecasts=[ForecastAnswer.of(each, status.at) for each in budget.forecasts],
            advice=[AdviceAnswer.of(each) for each in budget.advice],
            problem=status.problem,
        )


def _exact(value: Fraction | None) -> ExactRatio | None:
    return None if value is None else ExactRatio.of(value)


class BudgetsAnswer(Answer):
    """The budgets of a service's goals."""

    schema_: Literal["watchbill/budget/v1"] = Field(default="watchbill/budget/v1", alias="schema")
    at: datetime
    service: str = Field(examples=["component:payments"])
    budgets: list[BudgetAnswer]


@router.get("/services/{name:path}/budget", responses=problems(404))
async def get_budgets(name: Reference, doors: FromDoors) -> BudgetsAnswer:
    """Return the budgets of a service's goals, and what follows from each."""
    now, thing = doors.clock.now(), thing_named(doors.in_force.organization, name)
    found = await doors.budgets.budgets_of(thing.ref, now)
    return BudgetsAnswer(at=now, service=str(thing.ref), budgets=[BudgetAnswer.of(budget) for budget in found])
