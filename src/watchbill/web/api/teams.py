"""SRE teams: how they practise, what they are chartered for, and what they cover."""

from __future__ import annotations

from datetime import date, datetime
from typing import Literal

from fastapi import APIRouter
from pydantic import Field

from watchbill.org.charters import Implementation, SRETeam
from watchbill.org.claims import day_of
from watchbill.org.coverage import PagerAnswer, coverage
from watchbill.web.lookups import team_named

from . import API
from .organization import EngagementAnswer
from .values import Answer, At, FromDoors, Name, PlaceAnswer, now_or, problems, text_of

router = APIRouter(prefix=API, tags=["teams"])


class Member(Answer):
    """A person's part in a team; `share` is their part of full time."""

    user: str
    share: float
    until: date | None


class TeamAnswer(Answer):
    """An SRE team, the things it covers and those it advises on."""

    name: str
    title: str
    group: str
    implementation: Implementation
    mission: str
    approved_by: str | None
    approved_on: date | None
    members: list[Member]
    covers: list[str] = Field(description="Things whose claim is the team's.", examples=[["component:cart"]])
    holds_pager_of: list[str] = Field(description="Things whose pager is with the team's group.")
    advises: list[str]
    engagements: list[EngagementAnswer]
    place: PlaceAnswer


class TeamsAnswer(Answer):
    """All SRE teams."""

    schema_: Literal["watchbill/teams/v1"] = Field(default="watchbill/teams/v1", alias="schema")
    at: datetime
    teams: list[TeamAnswer]


class OneTeamAnswer(Answer):
    """One SRE team."""

    schema_: Literal["watchbill/team/v1"] = Field(default="watchbill/team/v1", alias="schema")
    at: datetime
    team: TeamAnswer


@router.get("/teams", responses=problems())
async def get_teams(doors: FromDoors, at: At = None) -> TeamsAnswer:
    """Return every SRE team."""
    organization, instant = doors.in_force.organization, now_or(at, doors)
    covered = coverage(organization, instant)
    teams = sorted(organization.sre_teams.values(), key=lambda team: team.name)
    return TeamsAnswer(at=instant, teams=[_answer(doors, team, covered, instant) for team in teams])


@router.get("/teams/{name}", responses=problems(404))
async def get_team(name: Name, doors: FromDoors, at: At = None) -> OneTeamAnswer:
    """Return one SRE team."""
    organization, instant = doors.in_force.organization, now_or(at, doors)
    team = team_named(organization, name)
    return OneTeamAnswer(at=instant, team=_answer(doors, team, coverage(organization, instant), instant))


def _answer(doors: FromDoors, team: SRETeam, covered: tuple[PagerAnswer, ...], at: datetime) -> TeamAnswer:
    organization = doors.in_force.organization
    engagements = [each for each in organization.engagements.values() if each.sre == team.name]
    today = day_of(organization, at)
    return TeamAnswer(
        name=team.name,
        title=team.title,
        group=str(team.group),
        implementation=team.implementation,
        mission=team.mission,
        approved_by=text_of(team.approved_by),
        approved_on=team.approved_on,
        members=[
            Member(user=str(member.user), share=float(member.share), until=member.until) for member in team.members
        ],
        covers=[str(found.thing) for found in covered if found.team == team.name],
        holds_pager_of=[str(found.thing) for found in covered if found.holder == team.group],
        advises=[str(found.thing) for found in covered if team.name in found.advisers],
        engagements=[EngagementAnswer.of(each, today) for each in sorted(engagements, key=lambda each: each.name)],
        place=PlaceAnswer.of(team.place),
    )
