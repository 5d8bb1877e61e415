"""Who is on watch: every schedule's shift now and the one after it."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from fastapi import APIRouter
from pydantic import Field

from watchbill.org.rotation import Shift

from . import API
from .values import Answer, At, FromDoors, now_or, problems

router = APIRouter(prefix=API, tags=["on call"])


class ShiftAnswer(Answer):
    """A half-open span with the people on watch; nobody: a gap, and `reason` says why."""

    start: datetime
    end: datetime
    people: list[str] = Field(examples=[["user:ana"]])
    layer: str | None
    reason: str

    @classmethod
    def of(cls, shift: Shift) -> ShiftAnswer:
        """Return a shift as it is answered."""
        return cls(
            start=shift.start,
            end=shift.end,
            people=[str(person) for person in shift.people],
            layer=shift.layer,
            reason=shift.reason,
        )


class ScheduleAnswer(Answer):
    """A schedule's shift at the instant, and the next one."""

    schedule: str
    title: str
    time_zone: str
    now: ShiftAnswer
    next: ShiftAnswer


class OnCallAnswer(Answer):
    """Who is on watch."""

    schema_: Literal["watchbill/oncall/v1"] = Field(default="watchbill/oncall/v1", alias="schema")
    at: datetime
    schedules: list[ScheduleAnswer]


@router.get("/oncall", responses=problems())
async def get_oncall(doors: FromDoors, at: At = None) -> OnCallAnswer:
    """Return who is on watch at an instant, and who is next, for each schedule."""
    instant = now_or(at, doors)
    return OnCallAnswer(
        at=instant,
        schedules=[
            ScheduleAnswer(
                schedule=watch.schedule.name,
                title=watch.schedule.title,
                time_zone=watch.schedule.time_zone,
                now=ShiftAnswer.of(watch.now),
                next=ShiftAnswer.of(watch.next),
            )
            for watch in await doors.oncall.on_call_now(instant)
        ],
    )
