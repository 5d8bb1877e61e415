"""Explains who is paged, accountable or allowed: the answer with the whole chain of documents and rules that led there."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal

from fastapi import APIRouter, Query
from fastapi.responses import JSONResponse
from pydantic import Field

from watchbill.org.charters import AlertClass
from watchbill.org.duties import How, State, duty
from watchbill.teams.explain import Paged, explain_page, thing_named, usual_class
from watchbill.teams.explain_change import change_as_json, explain_change, person_named
from watchbill.teams.explain_practice import practice_as_json

from . import API
from .services import HeldPager
from .values import Answer, At, FromDoors, PracticeName, Reason, now_or, problems

router = APIRouter(prefix=f"{API}/explain", tags=["explain"])


class Way(Answer):
    """One way to somebody: the channel and where it leads."""

    channel: str = Field(examples=["email"])
    address: str


class PagedAnswer(Answer):
    """Somebody, or a room, that the page would reach first."""

    recipient: str = Field(examples=["user:ana"])
    title: str = Field(examples=["Ana Ruiz"])
    ways: list[Way]
    at: datetime
    step: int = Field(description="The step of the escalation policy, counted from 1.")

    @classmethod
    def of(cls, paged: Paged) -> PagedAnswer:
        """Return somebody who would be paged as it is answered."""
        ways = [Way(channel=channel, address=address) for channel, address in paged.ways]
        return cls(recipient=paged.recipient, title=paged.title, ways=ways, at=paged.at, step=paged.step)


class PageExplained(Answer):
    """Who would be paged, and why; `gap` says where the way ends when it reaches nobody."""

    schema_: Literal["watchbill/explain/v1"] = Field(default="watchbill/explain/v1", alias="schema")
    at: datetime
    service: str
    pager: HeldPager
    advisers: list[str] = Field(description="SRE teams that advise on the service.")
    gap: str | None
    paged: list[PagedAnswer]
    because: list[Reason]


class PracticeExplained(Answer):
    """Who is accountable for a practice, and why; `evidence` is what shows that it is done, or says that nothing does."""

    schema_: Literal["watchbill/explain-practice/v1"] = Field(default="watchbill/explain-practice/v1", alias="schema")
    at: datetime
    service: str
    practice: str
    accountable: str | None = Field(examples=["group:cart-developers"])
    how: How
    team: str | None = Field(description="The SRE team that covers the thing; null: none does.")
    engagement: str | None
    gap: str | None
    state: State
    evidence: Reason
    because: list[Reason]


class Named(Answer):
    """A person of the catalog."""

    user: str = Field(examples=["user:ana"])
    name: str


class MayChange(Answer):
    """People of whom the same is true: the role by which they may change code and configuration, null where they may not.

    `requires` is what has to come with each, as that it is done in some repositories alone; `because` is the chain of the first
    of them, `instead` what they can do where they may not.
    """

    users: list[Named]
    code: str | None = Field(examples=["member"])
    config: str | None
    requires: list[str]
    instead: list[str]
    because: list[Reason]


class ChangeExplained(Answer):
    """Who may change a thing, those who may first."""

    schema_: Literal["watchbill/explain-change/v1"] = Field(default="watchbill/explain-change/v1", alias="schema")
    at: datetime
    service: str
    people: list[MayChange]


Service = Annotated[
    str, Query(min_length=1, max_length=255, description="`[kind:][namespace/]name`", examples=["cart"])
]


@router.get("/page", responses=problems(404))
async def get_explanation(
    doors: FromDoors,
    service: Service,
    alert_class: Annotated[
        AlertClass | None, Query(alias="class", description="Default: workflow for a workflow, else application.")
    ] = None,
    at: At = None,
) -> PageExplained:
    """Return who would be paged for a service at an instant, with the reasons in order."""
    organization, instant = doors.in_force.organization, now_or(at, doors)
    thing = thing_named(organization, service)
    explained = explain_page(organization, thing.ref, alert_class or usual_class(thing), instant)
    return PageExplained(
        at=instant,
        service=str(thing.ref),
        pager=HeldPager.held_by(explained.answer),
        advisers=list(explained.answer.advisers),
        gap=explained.gap,
        paged=[PagedAnswer.of(paged) for paged in explained.paged],
        because=[Reason.of(because) for because in explained.because],
    )


@router.get("/practice", responses=problems(404), response_model=PracticeExplained)
async def get_practice(doors: FromDoors, service: Service, practice: PracticeName, at: At = None) -> JSONResponse:
    """Return who is accountable for a practice on a service at an instant, with the reasons in order, and whether it is done."""
    organization, instant = doors.in_force.organization, now_or(at, doors)
    found = duty(organization, thing_named(organization, service), practice, instant)
    return JSONResponse(practice_as_json(found, instant))


@router.get("/change", responses=problems(404), response_model=ChangeExplained)
async def get_change(
    doors: FromDoors,
    service: Service,
    person: Annotated[
        str | None, Query(min_length=1, max_length=255, description="Ask of one person alone.", examples=["user:ana"])
    ] = None,
    at: At = None,
) -> JSONResponse:
    """Return who may change the code and configuration of a service at an instant, and by which documents."""
    organization, instant = doors.in_force.organization, now_or(at, doors)
    who = person_named(organization, person) if person is not None else None
    explained = explain_change(
        organization, thing_named(organization, service), instant, who, glass=await doors.advice.open_glass(instant)
    )
    return JSONResponse(change_as_json(organization, explained))
