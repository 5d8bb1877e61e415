"""Goals: what was promised, what is left of the budget, how fast it burns, and the minutes behind it."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Annotated, Literal

from fastapi import APIRouter, Query
from pydantic import Field

from watchbill.lib.errors import Invalid
from watchbill.org.objectives import Goal, Severity, UnknownPolicy
from watchbill.practices.goals.agreed import in_window
from watchbill.practices.goals.model import Burn, GoalState, GoalStatus, MinuteCount, Point, plain
from watchbill.web.lookups import goal_named

from . import API
from .exclusions import ExclusionAnswer, LeftOutAnswer, UncorrectedAnswer
from .values import Answer, AskedInstant, ExactRatio, FromDoors, Name, PlaceAnswer, problems, seconds_if, seconds_of

router = APIRouter(prefix=API, tags=["goals"])

LONGEST_MINUTES = timedelta(days=7)


class BurnAnswer(Answer):
    """How fast a rule's two windows burn: 1 spends the budget exactly by the window's end; null where nothing was measured.

    Unmeasured minutes carry the same traffic without failures: the rates are those that the rule compares.
    """

    tier: str
    severity: Severity
    factor: float = Field(
        description="The rule begins to hold when both windows burn at this rate or more, and ends when the short one does not."
    )
    factor_exact: ExactRatio
    long_seconds: float
    short_seconds: float
    long_rate: float | None = Field(description="bad / total × measured share / (1 - target) of the long window.")
    short_rate: float | None
    long_measured: float = Field(description="The measured share of the long window, less what is excluded of it.")
    short_measured: float
    holds: bool
    due_in_seconds: float | None = Field(
        description="About how long it takes until the rule holds, if the burn of the newest minutes goes on; null while it "
        "holds, and while it is not on its way."
    )
    since: datetime | None

    @classmethod
    def of(cls, burn: Burn) -> BurnAnswer:
        """Return a burn as it is answered."""
        return cls(
            tier=burn.tier.name,
            severity=burn.tier.severity,
            factor=float(burn.tier.factor),
            factor_exact=ExactRatio.of(burn.tier.factor),
            long_seconds=seconds_of(burn.tier.long),
            short_seconds=seconds_of(burn.tier.short),
            long_rate=burn.long_rate,
            short_rate=burn.short_rate,
            long_measured=burn.long_measured,
            short_measured=burn.short_measured,
            holds=burn.holds,
            due_in_seconds=seconds_if(burn.due_in),
            since=burn.since,
        )


class Window(Answer):
    """The window that a status speaks for, from its start until now. One of the calendar goes on until `periodEnd`."""

    start: datetime
    end: datetime
    seconds: float = Field(description="How long the whole window is, in real seconds.")
    calendar: str | None = Field(
        description="What a window of the calendar is: “calendar month”; null for one that rolls.",
        examples=["calendar month"],
    )
    period_end: datetime | None = Field(description="When a window of the calendar ends; null for one that rolls.")

    @classmethod
    def of(cls, goal: Goal, status: GoalStatus) -> Window:
        """Return a goal's window as it is answered."""
        calendar = goal.calendar
        return cls(
            start=status.window_start,
            end=status.at,
            seconds=seconds_of(goal.period(status.at).length),
            calendar=None if calendar is None else calendar.words,
            period_end=None if calendar is None else status.window_end,
        )


class TimeSlices(Answer):
    """The time slices that a budget counts: each good or bad by `target`, or, without one, by the share of its events that is good."""

    seconds: int
    target: float | None


class GoalAnswer(Answer):
    """A goal as declared, and how it stands."""

    name: str = Field(examples=["payments-availability"])
    title: str
    description: str
    service: str = Field(examples=["component:payments"])
    owner: str | None = Field(description="Who answers for the goal, where it is said.")
    rationale: str
    aspirational: bool = Field(description="Whether it is aimed at and not promised yet.")
    minimum_events: int = Field(description="How many each window of a rule must hold before the rule alerts.")
    minimum_failures: int
    target: float = Field(examples=[0.999])
    target_exact: ExactRatio
    window: Window
    counts: Literal["events", "time slices"] = Field(
        description="What all amounts here count: events, or time slices, which may be good in part."
    )
    time_slices: TimeSlices | None
    state: GoalState
    good: int | float
    total: int | float
    sli: float | None = Field(description="Good events as a share of all; null without events.")
    budget: float = Field(description="How many of the counted events may be bad.")
    budget_exact: ExactRatio
    allowed: float | None = Field(
        description="How many events of the whole window may be bad: unmeasured minutes carry the same traffic; null without events."
    )
    spent: int | float = Field(description="How many were bad.")
    remaining: float | None = Field(description="1 - spent / budget, of what was measured; below 0 when overspent.")
    unknown: UnknownPolicy = Field(
        description="What unknown minutes do to `allowed` and `left`: hold carries the same traffic without failures, bad the "
        "same traffic failing, ignore takes the minutes out."
    )
    assumed_bad: float = Field(
        description="How many events are taken for bad in unknown minutes: 0 unless `unknown` is bad."
    )
    left: float | None = Field(
        description="1 - (spent + assumedBad) / allowed: what is left of the whole window's budget."
    )
    spent_in_seconds: float | None = Field(
        description="How long the budget lasts at the burn of the shortest window; null while it does not burn down."
    )
    pages_in_seconds: float | None = Field(
        description="About how long it takes until a rule that pages holds, if the burn of the newest minutes goes on; null "
        "while one holds, and while none is on its way."
    )
    coverage: float = Field(description="The measured share of the window.")
    unknown_minutes: int
    lower_bound_minutes: int = Field(description="Minutes of which a reset or a gap may have hidden a part.")
    last_measured: datetime | None
    problem: str | None = Field(description="What keeps the figures from being right, while it does.")
    note: str | None = Field(description="What may be worth a look though the figures are right as far as is known.")
    excluded: LeftOutAnswer = Field(description="What was agreed not to count: it is in none of the amounts here.")
    uncorrected: UncorrectedAnswer | None = Field(
        description="The figures with nothing excluded; null where nothing was."
    )
    burns: list[BurnAnswer]
    place: PlaceAnswer

    @classmethod
    def of(cls, goal: Goal, status: GoalStatus) -> GoalAnswer:
        """Return a goal and its status as they are answered."""
        return cls(
            name=goal.name,
            title=goal.title,
            description=goal.description,
            service=str(goal.service),
            owner=None if goal.owner is None else str(goal.owner),
            rationale=goal.rationale,
            aspirational=goal.aspirational,
            minimum_events=goal.least.events,
            minimum_failures=goal.least.failures,
            target=float(goal.target),
            target_exact=ExactRatio.of(goal.target),
            window=Window.of(goal, status),
            counts="events" if goal.slices is None else "time slices",
            time_slices=_slices(goal),
            state=status.state,
            good=plain(status.good),
            total=plain(status.total),
            sli=status.sli,
            budget=float(status.budget),
            budget_exact=ExactRatio.of(status.budget),
            allowed=None if status.allowed is None else float(status.allowed),
            spent=plain(status.spent),
            remaining=status.remaining,
            unknown=goal.unknown,
            assumed_bad=float(status.assumed),
            left=status.left,
            spent_in_seconds=seconds_if(status.spent_in),
            pages_in_seconds=seconds_if(status.pages_in),
            coverage=status.coverage,
            unknown_minutes=status.unknown_minutes,
            lower_bound_minutes=status.lower_bound_minutes,
            last_measured=status.last_measured,
            problem=status.problem,
            note=status.note,
            excluded=LeftOutAnswer.of(status.excluded),
            uncorrected=None if status.uncorrected is None else UncorrectedAnswer.of(status.uncorrected),
            burns=[BurnAnswer.of(burn) for burn in status.burns],
            place=PlaceAnswer.of(goal.place),
        )


def _slices(goal: Goal) -> TimeSlices | None:
    if goal.slices is None:
        return None
    target = None if goal.slices.target is None else float(goal.slices.target)
    return TimeSlices(seconds=int(goal.slices.span.total_seconds()), target=target)


class OneGoalAnswer(Answer):
    """One goal, and the exclusions that are about it."""

    schema_: Literal["watchbill/goal/v1"] = Field(default="watchbill/goal/v1", alias="schema")
    at: datetime
    goal: GoalAnswer
    exclusions: list[ExclusionAnswer]


class PointAnswer(Answer):
    """Sums over the half-open span from `start` to `end`, and the share of the budget left in the window ending at `end`."""

    start: datetime
    end: datetime
    good: int | float
    total: int | float
    unknown_minutes: int
    excluded_minutes: int
    left: float | None

    @classmethod
    def of(cls, point: Point) -> PointAnswer:
        """Return a point as it is answered."""
        return cls(
            start=point.start,
            end=point.end,
            good=plain(point.good),
            total=plain(point.total),
            unknown_minutes=point.unknown_minutes,
            excluded_minutes=point.excluded_minutes,
            left=point.left,
        )


class ChartAnswer(Answer):
    """What was counted for a goal, summed up for a drawing."""

    schema_: Literal["watchbill/goal-chart/v1"] = Field(default="watchbill/goal-chart/v1", alias="schema")
    at: datetime
    goal: str
    target: float
    span_seconds: float
    points: list[PointAnswer]


class MinuteAnswer(Answer):
    """A minute of the ledger."""

    minute: datetime
    good: int
    total: int
    state: Literal["measured", "noTraffic", "unknown", "excluded"]
    lower_bound: bool = Field(description="Whether more events may have happened than were counted.")
    because: list[Literal["unstated", "reset", "startUnknown", "gap", "overTotal"]] = Field(
        description="Why it is a lower bound; `unstated` in minutes that were written before reasons were kept."
    )

    @classmethod
    def of(cls, count: MinuteCount) -> MinuteAnswer:
        """Return a minute as it is answered."""
        return cls.model_validate(
            {
                "minute": count.minute,
                "good": count.good,
                "total": count.total,
                "state": count.state.word,
                "lowerBound": count.lower_bound,
                "because": count.marks.words,
            }
        )


class MinutesAnswer(Answer):
    """A goal's ledger, minute by minute."""

    schema_: Literal["watchbill/goal-minutes/v1"] = Field(default="watchbill/goal-minutes/v1", alias="schema")
    at: datetime
    goal: str
    start: datetime
    end: datetime
    minutes: list[MinuteAnswer]


@router.get("/goals/{name}", responses=problems(404))
async def get_goal(name: Name, doors: FromDoors) -> OneGoalAnswer:
    """Return one goal and how it stands now."""
    now = doors.clock.now()
    goal = goal_named(doors.in_force.organization, name)
    status = await doors.goals.status(goal.name, now)
    about = in_window(doors.in_force.organization, goal, now)
    return OneGoalAnswer(
        at=now, goal=GoalAnswer.of(goal, status), exclusions=[ExclusionAnswer.of(each) for each in about]
    )


@router.get("/goals/{name}/chart", responses=problems(404))
async def get_chart(
    name: Name,
    doors: FromDoors,
    span_seconds: Annotated[
        int | None, Query(alias="spanSeconds", ge=600, le=400 * 86_400, description="Default: the goal's window.")
    ] = None,
    points: Annotated[int, Query(ge=2, le=1000, description="At most how many points.")] = 240,
) -> ChartAnswer:
    """Return the newest span of what was counted in equal parts; the newest part ends now."""
    now = doors.clock.now()
    goal = goal_named(doors.in_force.organization, name)
    span = goal.window if span_seconds is None else timedelta(seconds=span_seconds)
    drawn = await doors.goals.chart(goal.name, now, span=span, points=points)
    return ChartAnswer(
        at=now,
        goal=goal.name,
        target=float(goal.target),
        span_seconds=seconds_of(span),
        points=[PointAnswer.of(point) for point in drawn],
    )


@router.get("/goals/{name}/minutes", responses=problems(404))
async def get_minutes(
    name: Name,
    doors: FromDoors,
    start: Annotated[AskedInstant | None, Query(description="Default: an hour before `end`.")] = None,
    end: Annotated[AskedInstant | None, Query(description="Default: now.")] = None,
) -> MinutesAnswer:
    """Return the minutes of a goal's ledger from `start` until before `end`, at most seven days of them."""
    now = doors.clock.now()
    goal = goal_named(doors.in_force.organization, name)
    until = now if end is None else end
    since = until - timedelta(hours=1) if start is None else start
    if not timedelta() <= until - since <= LONGEST_MINUTES:
        raise Invalid("“start” is after “end”, or more than seven days before it.", "Ask for a shorter span.")
    counted = await doors.goals.minutes(goal.name, since, until)
    return MinutesAnswer(
        at=now, goal=goal.name, start=since, end=until, minutes=[MinuteAnswer.of(count) for count in counted]
    )
