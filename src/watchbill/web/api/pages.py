"""Pages: calls for a person, how they climbed, and acknowledging one."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal

from fastapi import APIRouter, Path, Request
from pydantic import Field

from watchbill.practices.oncall.model import Notice, NoticeState, Outcome, Page, PageState
from watchbill.web.callers import acting_user

from . import API
from .values import Answer, FromDoors, problems, text_of

router = APIRouter(prefix=API, tags=["pages"])

Id = Annotated[str, Path(pattern="^[0-9a-hjkmnp-tv-z]{26}$", examples=["01hx3v9q8n7m6k5j4h3g2f1e0d"])]


class PageAnswer(Answer):
    """A call for a person. `round` counts from 0, `step` from 1: the step to be taken at `nextStepAt`."""

    id: str
    incident: str
    state: PageState
    policy: str | None
    step: int
    round: int
    next_step_at: datetime | None
    opened_at: datetime
    acknowledged_at: datetime | None
    acknowledged_by: str | None
    acknowledgement_expires_at: datetime | None
    resolved_at: datetime | None

    @classmethod
    def of(cls, page: Page) -> PageAnswer:
        """Return a page as it is answered."""
        return cls(
            id=page.id,
            incident=page.incident,
            state=page.state,
            policy=page.policy_name,
            step=page.step,
            round=page.round,
            next_step_at=page.next_step_at,
            opened_at=page.opened_at,
            acknowledged_at=page.acknowledged_at,
            acknowledged_by=text_of(page.acknowledged_by),
            acknowledgement_expires_at=page.acknowledgement_expires_at,
            resolved_at=page.resolved_at,
        )


class NoticeAnswer(Answer):
    """One message to one recipient about a page; `outcome` says why it was sent or not. Addresses are not told."""

    id: str
    key: str = Field(description="The idempotency key: a notice that was sent twice carries the same one.")
    channel: str
    recipient: str
    round: int
    step: int
    state: NoticeState
    due_at: datetime
    attempt: int
    outcome: Outcome | None
    detail: str
    sent_at: datetime | None

    @classmethod
    def of(cls, notice: Notice) -> NoticeAnswer:
        """Return a notice as it is answered."""
        return cls(
            id=notice.id,
            key=notice.key,
            channel=notice.channel,
            recipient=notice.recipient,
            round=notice.round,
            step=notice.step,
            state=notice.state,
            due_at=notice.due_at,
            attempt=notice.attempt,
            outcome=notice.outcome,
            detail=notice.detail,
            sent_at=notice.sent_at,
        )


class PagesAnswer(Answer):
    """The pages that are not resolved."""

    schema_: Literal["watchbill/pages/v1"] = Field(default="watchbill/pages/v1", alias="schema")
    at: datetime
    pages: list[PageAnswer]


class OnePageAnswer(Answer):
    """One page."""

    schema_: Literal["watchbill/page/v1"] = Field(default="watchbill/page/v1", alias="schema")
    at: datetime
    page: PageAnswer


@router.get("/pages", responses=problems())
async def get_pages(doors: FromDoors) -> PagesAnswer:
    """Return the pages that are due, acknowledged or exhausted: everything that still waits for an end."""
    pages = await doors.oncall.open_pages()
    return PagesAnswer(at=doors.clock.now(), pages=[PageAnswer.of(page) for page in pages])


@router.post("/pages/{id}/acknowledge", responses=problems(404, 409, 413))
async def acknowledge_page(id: Id, request: Request, doors: FromDoors) -> OnePageAnswer:  # noqa: A002 - the path's word
    """Acknowledge a page in the name of the caller: it stops climbing."""
    now = doors.clock.now()
    page = await doors.oncall.acknowledge(id, acting_user(request), now, via="api")
    return OnePageAnswer(at=now, page=PageAnswer.of(page))
