"""Coverage: every thing with its pager by class of alert and its practices, and the documents by which it is so."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal

from fastapi import APIRouter, Query
from fastapi.responses import JSONResponse
from pydantic import Field

from watchbill.org.charters import AlertClass
from watchbill.org.duties import How, State
from watchbill.org.entities import Tier
from watchbill.teams.coverage import as_json, covered

from . import API
from .services import HeldPager
from .values import Answer, At, FromDoors, PracticeName, now_or, problems

router = APIRouter(prefix=API, tags=["coverage"])


class Written(Answer):
    """One step of a chain: which rule, and where it is written."""

    rule: str = Field(examples=["engagement-covers"])
    document: str
    file: str | None
    line: int | None


class CoveredPager(Answer):
    """Who holds the pager for a class of alert, and who advises."""

    pager: HeldPager
    advisers: list[str]
    gap: str | None = Field(description="What is missing where the way to somebody ends.")
    because: list[Written]


class CoveredPractice(Answer):
    """Who is accountable for a practice, and whether something declared shows that it is done (`evidence` says what)."""

    practice: str = Field(examples=["capacity"])
    accountable: str | None = Field(examples=["group:cart-developers"])
    how: How
    team: str | None
    engagement: str | None
    gap: str | None
    state: State
    evidence: Written
    because: list[Written]


class CoveredService(Answer):
    """A thing, the SRE team that covers it (null: none does), and who answers for what."""

    service: str = Field(examples=["component:cart"])
    title: str
    tier: Tier
    owner: str
    team: str | None
    engagement: str | None
    pagers: list[CoveredPager]
    practices: list[CoveredPractice]


class CoverageAnswer(Answer):
    """Who answers for what; with a class or a practice asked for alone, about that one only."""

    schema_: Literal["watchbill/coverage/v1"] = Field(default="watchbill/coverage/v1", alias="schema")
    at: datetime
    organization: str
    services: list[CoveredService]


@router.get("/coverage", responses=problems(), response_model=CoverageAnswer)
def get_coverage(
    doors: FromDoors,
    alert_class: Annotated[AlertClass | None, Query(alias="class", description="Only this class of alert.")] = None,
    practice: Annotated[PracticeName | None, Query(description="Only this practice.")] = None,
    gaps: Annotated[bool, Query(description="Only what no SRE team covers, or where a way ends.")] = False,
    at: At = None,
) -> JSONResponse:
    """Return who answers for every service, workflow and resource at an instant."""
    organization, instant = doors.in_force.organization, now_or(at, doors)
    found = covered(organization, instant, alert_class, practice)
    return JSONResponse(as_json(organization, [each for each in found if each.has_gap or not gaps], instant))
