"""SRE teams: how they practise, what they are chartered for, and what they cover."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime
from typing import Literal

from fastapi import APIRouter
from pydantic import Field

from watchbill.org.charters import Implementation, SRETeam
from watchbill.org.coverage import PagerAnswer
from watchbill.teams.view import DeclaredTeam
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

    @classmethod
    def of(cls, declared: DeclaredTeam, team: SRETeam) -> TeamAnswer:
        """Return an SRE team as it is answered."""
        return cls(
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
            covers=_things(declared.claims),
            holds_pager_of=_things(declared.holds_pager_of),
            advises=_things(declared.advises),
            engagements=[EngagementAnswer.of(each.engagement, each.state) for each in declared.practised],
            place=PlaceAnswer.of(team.place),
        )


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
    instant = now_or(at, doors)
    teams = [TeamAnswer.of(each, each.team) for each in await doors.teams.sre_teams(instant) if each.team is not None]
    return TeamsAnswer(at=instant, teams=teams)


@router.get("/teams/{name}", responses=problems(404))
async def get_team(name: Name, doors: FromDoors, at: At = None) -> OneTeamAnswer:
    """Return one SRE team."""
    instant = now_or(at, doors)
    team = team_named(doors.in_force.organization, name)
    return OneTeamAnswer(at=instant, team=TeamAnswer.of(await doors.teams.declared(team.name, instant), team))


def _things(answers: Iterable[PagerAnswer]) -> list[str]:
    return [str(answer.thing) for answer in answers]
