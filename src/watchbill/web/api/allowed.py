"""Whether a person may do something to a service, and what they can do instead."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal

from fastapi import APIRouter, Query
from fastapi.responses import JSONResponse
from pydantic import Field

from watchbill.org.authority import Action
from watchbill.teams.allowed import Asked, allowed, allowed_as_json
from watchbill.teams.explain import thing_named
from watchbill.teams.explain_change import person_named

from . import API
from .values import Answer, At, FromDoors, Reason, now_or, problems

router = APIRouter(prefix=API, tags=["allowed"])


class AllowedAnswer(Answer):
    """Whether a person may, by which role, what has to come with it, and what else there is to do."""

    schema_: Literal["watchbill/allowed/v1"] = Field(default="watchbill/allowed/v1", alias="schema")
    at: datetime
    person: str = Field(examples=["user:ana"])
    action: Action
    service: str
    allowed: bool
    by: str | None = Field(examples=["member"])
    requires: list[str]
    approver: str | None
    instead: list[str]
    because: list[Reason]


@router.get("/allowed", responses=problems(404), response_model=AllowedAnswer)
async def get_allowed(
    doors: FromDoors,
    person: Annotated[str, Query(min_length=1, max_length=255, examples=["user:ana"])],
    action: Action,
    service: Annotated[str, Query(min_length=1, max_length=255, examples=["cart"])],
    at: At = None,
) -> JSONResponse:
    """Return whether a person may do something to a service; glass that is open at the instant counts."""
    organization, instant = doors.in_force.organization, now_or(at, doors)
    asked = Asked(person_named(organization, person), action, thing_named(organization, service).ref, instant)
    decision = allowed(organization, asked, await doors.advice.open_glass(instant))
    return JSONResponse(allowed_as_json(asked, decision))
