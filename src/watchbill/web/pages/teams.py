"""Teams: the SRE teams with their charter, people and engagements, and the partner groups beside them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from watchbill.lib.errors import NotFound
from watchbill.org.charters import Engagement, EngagementState, SRETeam
from watchbill.org.coverage import PagerAnswer, coverage
from watchbill.org.entities import Group
from watchbill.org.organization import Organization
from watchbill.web.doors import doors_of

from .frame import page
from .rows import goal_rows, standings, watchers

OVER = frozenset({EngagementState.ENDED, EngagementState.DECLINED})


@dataclass(frozen=True)
class EngagementRow:
    """An engagement with the state it is in today and the day since when, None where its life has not begun."""

    engagement: Engagement
    state: EngagementState
    since: date | None


async def listed(request: Request) -> Response:
    """Show the SRE teams, and the other groups that own something or are engaged."""
    doors = doors_of(request)
    now = doors.clock.now()
    organization = doors.in_force.organization
    answers = coverage(organization, now)
    practising = {team.group for team in organization.sre_teams.values()}
    owners = {thing.owner for thing in organization.things.values()}
    partners = {engagement.partner for engagement in organization.engagements.values()}
    return await page(
        request,
        "teams.html",
        teams=[
            (team, sum(1 for each in answers if each.team == team.name), engagement_rows(organization, now, team=team))
            for team in sorted(organization.sre_teams.values(), key=lambda each: each.title)
        ],
        groups=[
            (group, [thing for thing in organization.things.values() if thing.owner == group.ref])
            for group in sorted(organization.groups.values(), key=lambda each: each.title)
            if group.ref not in practising and group.ref in owners | partners
        ],
        watch=watchers(await doors.oncall.on_call_now(now), organization),
    )


async def one(request: Request) -> Response:
    """Show an SRE team by its name, or a group of the catalog by its own."""
    doors = doors_of(request)
    now = doors.clock.now()
    organization = doors.in_force.organization
    team, group = _team(organization, request.path_params["name"])
    answers = coverage(organization, now)
    holds = [each for each in answers if _holds(each, team, group)]
    held = {each.thing for each in holds}
    goals = [goal for goal in organization.goals.values() if goal.service in held]
    return await page(
        request,
        "team.html",
        team=team,
        group=group,
        holds=holds,
        advises=[each for each in answers if team is not None and team.name in each.advisers],
        owns=sorted(thing.ref for thing in organization.things.values() if thing.owner == group.ref),
        engagements=engagement_rows(organization, now, team=team, group=group),
        goals=await goal_rows(doors, now, await standings(doors, now, goals)),
        incidents=[each for each in await doors.incidents.open_incidents() if each.holder == group.ref],
        watch=[
            each
            for each in watchers(await doors.oncall.on_call_now(now), organization)
            if (team.title if team else group.title) in each.serves
        ],
        policies=[policy for policy in organization.escalation_policies.values() if group.ref in policy.groups],
        shares={each.user: each for each in team.members} if team else {},
    )


def engagement_rows(
    organization: Organization, now: datetime, *, team: SRETeam | None = None, group: Group | None = None
) -> list[EngagementRow]:
    """Return the engagements of an SRE team, or those in which a group is the partner; what is over comes last."""
    today = now.astimezone(ZoneInfo(organization.time_zone)).date()
    rows = [
        EngagementRow(
            each, each.state_at(today), max((move.on for move in each.life if move.on <= today), default=None)
        )
        for each in organization.engagements.values()
        if (team is not None and each.sre == team.name) or (group is not None and each.partner == group.ref)
    ]
    return sorted(rows, key=lambda row: (row.state in OVER, row.engagement.name))


def _team(organization: Organization, name: str) -> tuple[SRETeam | None, Group]:
    team = organization.sre_teams.get(name)
    if team is not None and team.group in organization.groups:
        return team, organization.groups[team.group]
    group = next((each for each in organization.groups.values() if each.ref.name == name), None)
    if group is None:
        raise NotFound(f"There is no team “{name}”.", "The list of teams has them all.")
    return next((each for each in organization.sre_teams.values() if each.group == group.ref), None), group


def _holds(answer: PagerAnswer, team: SRETeam | None, group: Group) -> bool:
    return answer.team == team.name if team is not None else answer.holder == group.ref


ROUTES = [
    Route("/teams", listed, methods=["GET"], name="teams"),
    Route("/teams/{name}", one, methods=["GET"], name="team"),
]
