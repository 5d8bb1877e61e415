"""The audit: what people changed and by which right, for administrators."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Depends, Query
from pydantic import Field

from watchbill.practices.record.model import Audited
from watchbill.web.administration import Administrator, administrator

from . import API
from .values import Answer, FromDoors, problems

router = APIRouter(prefix=API, tags=["audit"])


class AuditedAnswer(Answer):
    """One change that a person made."""

    id: str
    at: datetime
    actor: str = Field(
        description="A person, an e-mail address, `console`, or the network that failed to sign in.",
        examples=["user:ana"],
    )
    action: str = Field(examples=["createToken"])
    subject: str = Field(description="What it was done to.", examples=["alertmanager"])
    because: str = Field(description="The right by which.", examples=["admin: user:ana is an administrator."])
    reason: str = Field(description="What the person gave as a reason; may be empty.")
    details: Mapping[str, Any]

    @classmethod
    def of(cls, audited: Audited) -> AuditedAnswer:
        """Return an entry as it is answered."""
        return cls(
            id=audited.id,
            at=audited.at,
            actor=audited.actor,
            action=audited.action,
            subject=audited.subject,
            because=audited.because,
            reason=audited.reason,
            details=audited.details,
        )


class AuditAnswer(Answer):
    """A part of the audit, the newest first."""

    schema_: Literal["watchbill/audit/v1"] = Field(default="watchbill/audit/v1", alias="schema")
    at: datetime
    entries: list[AuditedAnswer]
    next: str | None = Field(description="Ask again with `before` set to this for older ones; null: these are all.")


@router.get("/audit", responses=problems())
async def get_audit(
    *,
    _by: Annotated[Administrator, Depends(administrator)],
    doors: FromDoors,
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
    before: Annotated[
        str | None,
        Query(pattern="^[0-9a-hjkmnp-tv-z]{26}$", description="Only entries older than this one, by its id."),
    ] = None,
) -> AuditAnswer:
    """Return what people changed, the newest first, in parts of at most `limit`; for administrators."""
    found = await doors.audit.newest(limit=limit + 1, before=before)
    part = found[:limit]
    return AuditAnswer(
        at=doors.clock.now(),
        entries=[AuditedAnswer.of(audited) for audited in part],
        next=part[-1].id if len(found) > limit else None,
    )
