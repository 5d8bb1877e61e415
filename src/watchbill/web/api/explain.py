"""Explains who would be paged: the answer with the whole chain of documents and rules that led there."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal

from fastapi import APIRouter, Query
from pydantic import Field

from watchbill.org.charters import AlertClass
from watchbill.teams.explain import Paged, explain_page, thing_named, usual_class

from . import API
from .services import HeldPager
from .values import Answer, At, FromDoors, Reason, now_or, problems

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


@router.get("/page", responses=problems(404))
async def get_explanation(
    doors: FromDoors,
    service: Annotated[
        str, Query(min_length=1, max_length=255, description="`[kind:][namespace/]name`", examples=["cart"])
    ],
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
