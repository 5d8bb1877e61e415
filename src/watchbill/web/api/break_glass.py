"""Break-glasses: asked for by consultants, approved or refused by the partner, closed by either side or by time."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from fastapi import APIRouter, Request
from pydantic import Field

from watchbill.practices.advice.model import Glass, GlassMove, GlassState
from watchbill.teams.explain import thing_named
from watchbill.web.callers import acting_user

from . import API
from .advice import TEXT, Explained, OfTeam, name_of
from .pages import Id
from .values import Answer, Asked, FromDoors, problems, text_of

router = APIRouter(prefix=API, tags=["break-glasses"])


class GlassAnswer(Answer):
    """A break-glass: who asked to change what, for how long, and what the partner said to it."""

    id: str
    holder: str
    service: str
    partner: str
    team: str
    engagement: str
    reason: str
    minutes: int
    asked_at: datetime
    state: GlassState
    decided_by: str | None
    decided_at: datetime | None
    decision_reason: str
    ends_at: datetime | None
    closed_at: datetime | None

    @classmethod
    def of(cls, glass: Glass) -> GlassAnswer:
        """Return a break-glass as it is answered."""
        return cls(
            id=glass.id,
            holder=str(glass.holder),
            service=str(glass.thing),
            partner=str(glass.partner),
            team=glass.team,
            engagement=glass.engagement,
            reason=glass.reason,
            minutes=glass.minutes,
            asked_at=glass.asked_at,
            state=glass.state,
            decided_by=text_of(glass.decided_by),
            decided_at=glass.decided_at,
            decision_reason=glass.decision_reason,
            ends_at=glass.ends_at,
            closed_at=glass.closed_at,
        )


class GlassesAnswer(Answer):
    """The newest 200 break-glasses, the newest first."""

    schema_: Literal["watchbill/break-glasses/v1"] = Field(default="watchbill/break-glasses/v1", alias="schema")
    at: datetime
    break_glasses: list[GlassAnswer]


class OneGlassAnswer(Answer):
    """One break-glass."""

    schema_: Literal["watchbill/break-glass/v1"] = Field(default="watchbill/break-glass/v1", alias="schema")
    at: datetime
    break_glass: GlassAnswer


class NewGlass(Asked):
    """What cannot wait, and for how many minutes the glass is needed."""

    service: str = Field(min_length=1, max_length=255, examples=["payroll"])
    reason: str = Field(min_length=1, max_length=2000, pattern=TEXT)
    minutes: int = Field(ge=1, le=240, examples=[60])


@router.get("/break-glasses", responses=problems(404))
async def get_break_glasses(doors: FromDoors, team: OfTeam = None) -> GlassesAnswer:
    """Return the newest break-glasses."""
    now, name = doors.clock.now(), name_of(doors, team)
    found = await doors.advice.glasses(now, team=name)
    return GlassesAnswer(at=now, break_glasses=[GlassAnswer.of(each) for each in found])


@router.post("/break-glasses", status_code=201, responses=problems(404, 413))
async def ask_for_glass(asked: NewGlass, request: Request, doors: FromDoors) -> OneGlassAnswer:
    """Ask the partner of a consulting engagement to let the caller change their service for a while."""
    now = doors.clock.now()
    glass = await doors.advice.ask_for_glass(
        thing_named(doors.in_force.organization, asked.service).ref,
        acting_user(request),
        now,
        reason=asked.reason,
        minutes=asked.minutes,
    )
    return OneGlassAnswer(at=now, break_glass=GlassAnswer.of(glass))


@router.post("/break-glasses/{id}/{move}", responses=problems(404, 409, 413))
async def move_break_glass(
    id: Id,  # noqa: A002 - the path's word
    move: Literal["approve", "refuse", "close"],
    request: Request,
    doors: FromDoors,
    said: Explained | None = None,
) -> OneGlassAnswer:
    """Approve or refuse a break-glass for the partner, or close it early; refusing needs a reason."""
    now, reason = doors.clock.now(), said.reason if said else ""
    after = await doors.advice.move_glass(id, GlassMove(move), acting_user(request), now, reason)
    return OneGlassAnswer(at=now, break_glass=GlassAnswer.of(after))
