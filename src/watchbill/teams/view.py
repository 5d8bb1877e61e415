"""A team at a glance: its people, what it answers for, its watch, what it holds now and how its goals stand.

Composed from the organisation in force and the practices' services. It decides and stores nothing.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from fractions import Fraction
from zoneinfo import ZoneInfo

from watchbill.lib.errors import NotFound
from watchbill.org.charters import Engagement, EngagementState, EscalationPolicy, SRETeam
from watchbill.org.coverage import PagerAnswer, coverage, policies_for
from watchbill.org.entities import Group
from watchbill.org.in_force import OrganizationInForce
from watchbill.org.objectives import Goal
from watchbill.org.organization import Organization
from watchbill.org.values import EntityRef
from watchbill.practices.goals.model import GoalStatus
from watchbill.practices.goals.service import GoalsService
from watchbill.practices.incidents.model import Incident
from watchbill.practices.incidents.service import IncidentsService
from watchbill.practices.oncall.model import OnWatch, Page
from watchbill.practices.oncall.service import OnCallService


class TeamRole(StrEnum):
    """What a person is to a team."""

    MEMBER = "member"
    LEAD = "lead"
    ADMIN = "admin"


@dataclass(frozen=True)
class Person:
    """Somebody of the team: `share` is their part of full time, `until` their last day in it, `on_watch` the schedules
    that name them now."""

    ref: EntityRef
    title: str
    roles: tuple[TeamRole, ...]
    share: Fraction
    until: date | None
    on_watch: tuple[str, ...]


@dataclass(frozen=True)
class TeamEngagement:
    """An engagement that the team is part of, as SRE or as partner, and where it stands today."""

    engagement: Engagement
    state: EngagementState


@dataclass(frozen=True)
class Held:
    """An open incident that the team holds, and its page (None: it woke nobody)."""

    incident: Incident
    page: Page | None


@dataclass(frozen=True)
class TeamGoal:
    """A goal of something the team answers for; `status` is None where nothing has been said of it yet."""

    goal: Goal
    status: GoalStatus | None


@dataclass(frozen=True)
class TeamView:
    """A team as of an instant. `team` is None for a group that is no SRE team; `group` is None where the catalog lacks it.

    `covers` are the things whose pager the team answers for, `advises` those that it advises on, `owns` those of its group.
    """

    name: str
    title: str
    at: datetime
    team: SRETeam | None
    group: Group | None
    people: tuple[Person, ...]
    engagements: tuple[TeamEngagement, ...]
    covers: tuple[PagerAnswer, ...]
    advises: tuple[PagerAnswer, ...]
    owns: tuple[EntityRef, ...]
    policies: tuple[EscalationPolicy, ...]
    watches: tuple[OnWatch, ...]
    holds: tuple[Held, ...]
    goals: tuple[TeamGoal, ...]


@dataclass(frozen=True)
class _Subject:
    """Whom a name speaks of: an SRE team with its group, or a group alone."""

    ref: EntityRef
    team: SRETeam | None
    group: Group | None

    @property
    def name(self) -> str | None:
        return None if self.team is None else self.team.name

    def answers_for(self, answer: PagerAnswer) -> bool:
        return answer.holder == self.ref or (answer.team is not None and answer.team == self.name)

    def holds(self, incident: Incident) -> bool:
        return incident.holder == self.ref or (incident.team is not None and incident.team == self.name)


class TeamsService:
    """The door to teams: looks at one through the services of the practices."""

    def __init__(
        self, organization: OrganizationInForce, goals: GoalsService, incidents: IncidentsService, oncall: OnCallService
    ) -> None:
        self._in_force = organization
        self._goals = goals
        self._incidents = incidents
        self._oncall = oncall

    async def view(self, name: str, now: datetime) -> TeamView:
        """Return a team by the name of its SRETeam document, or a group by its name or reference. Raises NotFound."""
        organization = self._in_force.organization
        subject = _subject(organization, name)
        answers = coverage(organization, now)
        covers = tuple(answer for answer in answers if subject.answers_for(answer))
        policies = _policies(organization, subject, covers)
        today = now.astimezone(ZoneInfo(organization.time_zone)).date()
        watches = tuple(_watches(policies, await self._oncall.on_call_now(now)))
        return TeamView(
            name=subject.name or subject.ref.name,
            title=_title(subject),
            at=now,
            team=subject.team,
            group=subject.group,
            people=tuple(_people(organization, subject, watches, today)),
            engagements=tuple(_engagements(organization, subject, today)),
            covers=covers,
            advises=tuple(answer for answer in answers if subject.name is not None and subject.name in answer.advisers),
            owns=tuple(ref for ref, thing in sorted(organization.things.items()) if thing.owner == subject.ref),
            policies=policies,
            watches=watches,
            holds=await self._holds(subject),
            goals=await self._goals_of(organization, covers, now),
        )

    async def _holds(self, subject: _Subject) -> tuple[Held, ...]:
        pages = {page.incident: page for page in await self._oncall.open_pages()}
        held = [incident for incident in await self._incidents.open_incidents() if subject.holds(incident)]
        return tuple(Held(incident, pages.get(incident.id)) for incident in held)

    async def _goals_of(
        self, organization: Organization, covers: Iterable[PagerAnswer], now: datetime
    ) -> tuple[TeamGoal, ...]:
        things = {answer.thing for answer in covers}
        wanted = [goal for _, goal in sorted(organization.goals.items()) if goal.service in things]
        if not wanted:
            return ()
        statuses = {status.goal: status for status in await self._goals.statuses(now)}
        return tuple(TeamGoal(goal, statuses.get(goal.name)) for goal in wanted)


def _subject(organization: Organization, name: str) -> _Subject:
    team = organization.sre_teams.get(name)
    if team is not None:
        return _Subject(team.group, team, organization.groups.get(team.group))
    try:
        ref = EntityRef.parse(name, kind="group")
    except ValueError:
        ref = None
    if ref is None or ref not in organization.groups:
        raise NotFound(f"There is no team or group “{name[:80]}”.", "`watchbill show` lists the teams.")
    own = next((team for _, team in sorted(organization.sre_teams.items()) if team.group == ref), None)
    return _Subject(ref, own, organization.groups[ref])


def _title(subject: _Subject) -> str:
    titles = [subject.team.title if subject.team else "", subject.group.title if subject.group else ""]
    return next((title for title in titles if title), subject.name or subject.ref.name)


def _policies(
    organization: Organization, subject: _Subject, covers: Iterable[PagerAnswer]
) -> tuple[EscalationPolicy, ...]:
    """Return the policies that the team's pages follow: those for its group, and those by which it is paged for a thing."""
    names = {policy.name for policy in policies_for(organization, subject.ref)}
    names |= {answer.policy for answer in covers if answer.policy is not None}
    return tuple(organization.escalation_policies[name] for name in sorted(names))


def _watches(policies: Iterable[EscalationPolicy], on_call: Iterable[OnWatch]) -> Iterable[OnWatch]:
    """Return those of the schedules that the policies lead to."""
    targets = [target for policy in policies for step in policy.steps for target in step.targets]
    reached = {target.name for target in targets if target.kind == "schedule"}
    return [watch for watch in on_call if watch.schedule.name in reached]


def _people(organization: Organization, subject: _Subject, watches: Iterable[OnWatch], today: date) -> Iterable[Person]:
    watches = list(watches)
    named = {membership.user: membership for membership in subject.team.members} if subject.team else {}
    members = named.keys() | (subject.group.members if subject.group else frozenset())
    for ref in sorted(members):
        membership = named.get(ref)
        if membership is not None and membership.until is not None and membership.until < today:
            continue
        user = organization.users.get(ref)
        yield Person(
            ref=ref,
            title=(user.title if user else "") or ref.name,
            roles=tuple(_roles(organization, subject, ref)),
            share=membership.share if membership else Fraction(1),
            until=membership.until if membership else None,
            on_watch=tuple(watch.schedule.name for watch in watches if ref in watch.now.people),
        )


def _roles(organization: Organization, subject: _Subject, ref: EntityRef) -> Iterable[TeamRole]:
    yield TeamRole.MEMBER
    if subject.team is not None and subject.team.approved_by == ref:
        yield TeamRole.LEAD
    if ref in organization.admins:
        yield TeamRole.ADMIN


def _engagements(organization: Organization, subject: _Subject, today: date) -> Iterable[TeamEngagement]:
    for _, engagement in sorted(organization.engagements.items()):
        if engagement.partner == subject.ref or engagement.sre == subject.name:
            yield TeamEngagement(engagement, engagement.state_at(today))
