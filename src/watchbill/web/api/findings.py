"""Findings: which rules of good practice are not kept, by which figures and limit, from which source, and what to do."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal

from fastapi import APIRouter, Query
from fastapi.responses import JSONResponse
from pydantic import Field

from watchbill.org.findings import Verdict
from watchbill.teams.findings import as_json, findings

from . import API
from .values import Answer, At, FromDoors, now_or, problems

router = APIRouter(prefix=API, tags=["findings"])


class OverrideAnswer(Answer):
    """What an organisation changed about a rule, and why."""

    rule: str
    off: bool = Field(description="Whether the rule is switched off.")
    threshold: str | None = Field(description="The limit that it has instead; null where it is switched off.")
    instead: str | None = Field(description="The rule's own limit.", examples=["at least 8 people"])
    reason: str
    by: str | None = Field(examples=["user:ana"])
    on: str | None = Field(description="The day of the decision.", examples=["2026-03-01"])
    until: str | None = Field(description="The last day on which it holds.")
    file: str
    line: int


class FindingAnswer(Answer):
    """What does not keep a rule. Two findings are the same one when `rule` and `subject` are equal."""

    rule: str = Field(examples=["rotation-size"])
    number: int
    level: Verdict
    subject: str = Field(examples=["component:cart"])
    team: str | None = Field(description="The SRE team that it concerns.")
    text: str
    figures: dict[str, str]
    threshold: str | None = Field(description="The limit in force; null for a rule without one.")
    source: str = Field(examples=["Site Reliability Engineering (2016), chapter 11"])
    remedy: str
    file: str
    line: int
    override: OverrideAnswer | None


class NotJudgedRule(Answer):
    """A rule that declared data alone cannot answer."""

    rule: str
    needs: str


class FindingsAnswer(Answer):
    """The findings that were asked for, the worst first; `counts` counts these by level."""

    schema_: Literal["watchbill/check/v1"] = Field(default="watchbill/check/v1", alias="schema")
    at: datetime
    organization: str
    counts: dict[Verdict, int]
    findings: list[FindingAnswer]
    overrides: list[OverrideAnswer] = Field(description="Every override in force.")
    not_judged: list[NotJudgedRule]


@router.get("/findings", responses=problems(404), response_model=FindingsAnswer)
def get_findings(
    doors: FromDoors,
    team: Annotated[str | None, Query(max_length=255, description="Only findings about this SRE team.")] = None,
    rule: Annotated[str | None, Query(max_length=255, description="Only findings of this rule.")] = None,
    level: Annotated[Verdict | None, Query(description="Only findings of this level and worse.")] = None,
    at: At = None,
) -> JSONResponse:
    """Return what does not keep the rules of good practice on the day of an instant."""
    organization, instant = doors.in_force.organization, now_or(at, doors)
    return JSONResponse(
        as_json(organization, findings(organization, instant, level=level, team=team, rule=rule), instant)
    )
