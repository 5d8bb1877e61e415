"""The organisation in force, and what is wrong with its files."""

from __future__ import annotations

from collections import Counter
from datetime import date, datetime
from typing import Literal

from fastapi import APIRouter
from pydantic import Field

from watchbill.org.charters import Engagement, EngagementState
from watchbill.org.claims import day_of
from watchbill.org.faults import Level
from watchbill.web.doors import Doors

from . import API
from .values import Answer, FaultAnswer, FromDoors, problems, text_of

router = APIRouter(prefix=API, tags=["organisation"])


class EngagementAnswer(Answer):
    """An engagement and where it stands today."""

    name: str
    title: str
    sre: str = Field(description="The SRE team.")
    partner: str = Field(examples=["group:cart-developers"])
    state: EngagementState | None = Field(description="null: its life has not begun.")
    ends: date | None
    file: str
    line: int

    @classmethod
    def of(cls, engagement: Engagement, state: EngagementState | None) -> EngagementAnswer:
        """Return an engagement as it is answered."""
        return cls(
            name=engagement.name,
            title=engagement.title,
            sre=engagement.sre,
            partner=str(engagement.partner),
            state=state,
            ends=engagement.ends,
            file=engagement.place.file,
            line=engagement.place.line,
        )


class Counts(Answer):
    """How many of each the organisation declares."""

    users: int
    groups: int
    services: int
    teams: int
    engagements: int
    schedules: int
    escalation_policies: int
    goals: int


class OrganizationAnswer(Answer):
    """The organisation in force: every other answer is made by it."""

    schema_: Literal["watchbill/organization/v1"] = Field(default="watchbill/organization/v1", alias="schema")
    at: datetime
    name: str
    title: str
    time_zone: str
    catch_all: str | None
    revision: str = Field(description="A digest of the files: equal folders have equal revisions.")
    in_force_since: datetime
    stale: bool = Field(
        description="The files have changed into something with errors: the last good ones are in force."
    )
    read_at: datetime = Field(description="When the files were last read.")
    counts: Counts
    engagements: list[EngagementAnswer]


class FaultCounts(Answer):
    """How many faults of each level."""

    error: int
    warning: int
    note: int


class FaultsAnswer(Answer):
    """What is wrong with the files as they were last read."""

    schema_: Literal["watchbill/lint/v1"] = Field(default="watchbill/lint/v1", alias="schema")
    at: datetime
    revision: str
    counts: FaultCounts
    faults: list[FaultAnswer]


@router.get("/organization", responses=problems())
async def get_organization(doors: FromDoors) -> OrganizationAnswer:
    """Return the organisation in force and the state of its engagements."""
    in_force = doors.in_force
    organization = in_force.organization
    now = doors.clock.now()
    today = day_of(organization, now)
    engagements = sorted(organization.engagements.values(), key=lambda engagement: engagement.name)
    return OrganizationAnswer(
        at=now,
        name=organization.name,
        title=organization.title,
        time_zone=organization.time_zone,
        catch_all=text_of(organization.catch_all),
        revision=organization.revision,
        in_force_since=in_force.since,
        stale=in_force.is_stale,
        read_at=in_force.latest_at,
        counts=_counts(doors),
        engagements=[EngagementAnswer.of(each, each.state_at(today)) for each in engagements],
    )


def _counts(doors: Doors) -> Counts:
    organization = doors.in_force.organization
    return Counts(
        users=len(organization.users),
        groups=len(organization.groups),
        services=len(organization.things),
        teams=len(organization.sre_teams),
        engagements=len(organization.engagements),
        schedules=len(organization.schedules),
        escalation_policies=len(organization.escalation_policies),
        goals=len(organization.goals),
    )


@router.get("/organization/faults", responses=problems())
async def get_faults(doors: FromDoors) -> FaultsAnswer:
    """Return all faults of the newest reading, whether or not it came into force."""
    latest = doors.in_force.latest
    counted = Counter(fault.level for fault in latest.faults)
    return FaultsAnswer(
        at=doors.in_force.latest_at,
        revision=latest.revision,
        counts=FaultCounts(error=counted[Level.ERROR], warning=counted[Level.WARNING], note=counted[Level.NOTE]),
        faults=[FaultAnswer.of(fault) for fault in latest.faults],
    )
