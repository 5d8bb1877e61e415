"""Re-bookings: what people say that a goal's budget was spent by, and the answer of whoever approves it."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from fastapi import APIRouter, Request
from pydantic import Field

from watchbill.practices.goals.budgets.books import Cause
from watchbill.practices.goals.budgets.rebooking import Rebooking, RebookingState
from watchbill.web.callers import acting_user
from watchbill.web.lookups import goal_named

from . import API
from .advice import TEXT, Explained
from .pages import Id
from .values import Answer, Asked, AskedInstant, FromDoors, Name, problems, text_of

router = APIRouter(prefix=API, tags=["goals"])
Booked = Literal["incident", "change", "dependency", "maintenance", "chaos", "notAttributed"]


class RebookingAnswer(Answer):
    """That the bad events of some minutes belong to an account: who said so and why, and who approved it."""

    id: str
    goal: str
    service: str
    start: datetime
    end: datetime
    by: Cause
    subject: str
    title: str
    holder: str | None
    team: str | None
    reason: str
    author: str
    asked_at: datetime
    state: RebookingState
    approver: str | None = Field(description="Who has to approve it; null: nobody has to.")
    decided_by: str | None
    decided_at: datetime | None
    decision_reason: str

    @classmethod
    def of(cls, made: Rebooking) -> RebookingAnswer:
        """Return a re-booking as it is answered."""
        return cls(
            id=made.id,
            goal=made.goal,
            service=str(made.thing),
            start=made.start,
            end=made.end,
            by=made.account.cause,
            subject=made.account.subject,
            title=made.account.title,
            holder=text_of(made.account.holder),
            team=made.account.team,
            reason=made.reason,
            author=str(made.author),
            asked_at=made.asked_at,
            state=made.state,
            approver=text_of(made.approver),
            decided_by=text_of(made.decided_by),
            decided_at=made.decided_at,
            decision_reason=made.decision_reason,
        )


class RebookingsAnswer(Answer):
    """The newest 200 re-bookings of a goal, the newest first."""

    schema_: Literal["watchbill/rebookings/v1"] = Field(default="watchbill/rebookings/v1", alias="schema")
    at: datetime
    goal: str
    rebookings: list[RebookingAnswer]


class OneRebookingAnswer(Answer):
    """One re-booking."""

    schema_: Literal["watchbill/rebooking/v1"] = Field(default="watchbill/rebooking/v1", alias="schema")
    at: datetime
    rebooking: RebookingAnswer


class NewRebooking(Asked):
    """Which minutes, what they were spent by, and why it is not as booked."""

    start: AskedInstant
    end: AskedInstant
    by: Booked
    subject: str = Field(
        default="",
        max_length=255,
        pattern=TEXT,
        description="An incident's number, a dependency's reference, else words.",
        examples=["release 41"],
    )
    reason: str = Field(min_length=1, max_length=2000, pattern=TEXT)


@router.get("/goals/{name}/rebookings", responses=problems(404))
async def get_rebookings(name: Name, doors: FromDoors) -> RebookingsAnswer:
    """Return the newest re-bookings of a goal."""
    goal = goal_named(doors.in_force.organization, name)
    found = await doors.rebookings.of_goal(goal.name)
    return RebookingsAnswer(
        at=doors.clock.now(), goal=goal.name, rebookings=[RebookingAnswer.of(made) for made in found]
    )


@router.post("/goals/{name}/rebookings", status_code=201, responses=problems(404, 413))
async def rebook(name: Name, asked: NewRebooking, request: Request, doors: FromDoors) -> OneRebookingAnswer:
    """Book the bad events of some minutes of a goal elsewhere; it counts at once, or once the owner has approved it."""
    now, goal = doors.clock.now(), goal_named(doors.in_force.organization, name)
    account = await doors.rebookings.account(goal, Cause(asked.by), asked.subject, now)
    made = await doors.rebookings.rebook(
        goal, account, acting_user(request), now, start=asked.start, end=asked.end, reason=asked.reason
    )
    return OneRebookingAnswer(at=now, rebooking=RebookingAnswer.of(made))


@router.post("/rebookings/{id}/{answer}", responses=problems(404, 409, 413))
async def answer_rebooking(
    id: Id,  # noqa: A002 - the path's word
    answer: Literal["approve", "refuse"],
    request: Request,
    doors: FromDoors,
    said: Explained | None = None,
) -> OneRebookingAnswer:
    """Approve or refuse a re-booking; refusing needs a reason."""
    now, reason = doors.clock.now(), said.reason if said else ""
    after = await doors.rebookings.answer(id, acting_user(request), now, approved=answer == "approve", reason=reason)
    return OneRebookingAnswer(at=now, rebooking=RebookingAnswer.of(after))
