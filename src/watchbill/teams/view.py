"""A team at a glance: its people, what it answers for, its watch, what it holds now and how its goals stand.

What the files declare of a team at any instant is a `DeclaredTeam`; a `TeamView` adds what happens now.
Composed from the organisation in force and the practices' services. It decides and stores nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from fractions import Fraction

from watchbill.lib.errors import NotFound
from watchbill.org.belonging import members_of, people_of
from watchbill.org.charters import Engagement, EngagementState, EscalationPolicy, SRETeam
from watchbill.org.claims import day_of
from watchbill.org.coverage import PagerAnswer, policies_for
from watchbill.org.entities import Group
from watchbill.org.findings.engagements import review_due
from watchbill.org.in_force import OrganizationInForce
from watchbill.org.names import called_beside_sre
from watchbill.org.organization import Organization
from watchbill.org.records import Recorded, record_of
from watchbill.org.staffing import serving_on, share_of
from watchbill.org.values import EntityRef
from watchbill.practices.goals.model import Standing
from watchbill.practices.goals.service import GoalsService
from watchbill.practices.incidents.model import Incident
from watchbill.practices.incidents.service import IncidentsService
from watchbill.practices.oncall.model import OnWatch, Page
from watchbill.practices.oncall.service import OnCallService

from .coverage import usual_answers
from .map import Role
from .partners import beside_sre
from .parts import Parts

_OVER = frozenset({EngagementState.ENDED, EngagementState.DECLINED})


class TeamRole(StrEnum):
    """What a person is to a team."""

    MEMBER = "member"
    LEAD = "lead"
    ADMIN = "admin"


@dataclass(frozen=True)
class Person:
    """Somebody of the team: `share` is their part of full time, `until` their last day in it, `on_watch` the schedules
    that name them now.

    `serves` are the SRE teams that they are part of, this one or others, each with the share of their time.
    """

    ref: EntityRef
    title: str
    roles: tuple[TeamRole, ...]
    share: Fraction
    until: date | None
    on_watch: tuple[str, ...]
    serves: tuple[tuple[SRETeam, Fraction], ...]

    @property
    def all_shares(self) -> Fraction:
        """The part of full time that they serve in SRE teams, all together."""
        return sum((share for _, share in self.serves), Fraction(0))


@dataclass(frozen=True)
class TeamEngagement:
    """An engagement that the team is part of, where it stands today, and since which day; both are None before it begins.

    `record` is everything on record of it, oldest first; `review_due` is the day of its next review, None where none is due.
    """

    engagement: Engagement
    state: EngagementState | None
    since: date | None
    record: tuple[Recorded, ...]
    review_due: date | None


@dataclass(frozen=True)
class DeclaredTeam:
    """A team as the files have it at an instant: an SRE team with its group, or a group alone (`team` is None).

    `group` is None where the catalog lacks it. `covers` are the things that the team answers for: those that it claims and
    those whose pager is with its group. `advises` are those that it advises on, `owns` those of its group. Engagements that
    are over come last. `called` is what its people are called beside SREs, empty for nothing else.
    """

    name: str
    title: str
    at: datetime
    ref: EntityRef
    team: SRETeam | None
    group: Group | None
    people: tuple[Person, ...]
    engagements: tuple[TeamEngagement, ...]
    covers: tuple[PagerAnswer, ...]
    advises: tuple[PagerAnswer, ...]
    owns: tuple[EntityRef, ...]
    policies: tuple[EscalationPolicy, ...]
    watches: tuple[OnWatch, ...]
    called: str = ""

    @property
    def claims(self) -> tuple[PagerAnswer, ...]:
        """The things that the team claims, whoever is called first for them."""
        return tuple(answer for answer in self.covers if self.team is not None and answer.team == self.team.name)

    @property
    def holds_pager_of(self) -> tuple[PagerAnswer, ...]:
        """The things whose pager is with the team's group."""
        return tuple(answer for answer in self.covers if answer.holder == self.ref)

    @property
    def ties(self) -> Mapping[Role, int]:
        """To how many things the team is tied as what, as on the map: nothing is counted twice."""
        holds, covers = len(self.holds_pager_of), {answer.thing for answer in self.covers}
        advises = sum(answer.thing not in covers for answer in self.advises)
        return {Role.HOLDS: holds, Role.TAKES_PART: len(covers) - holds, Role.ADVISES: advises}

    @property
    def practised(self) -> tuple[TeamEngagement, ...]:
        """The engagements in which the team is the SRE side."""
        return tuple(each for each in self.engagements if self.team and each.engagement.sre == self.team.name)


@dataclass(frozen=True)
class Held:
    """An open incident that the team holds, and its page (None: it woke nobody)."""

    incident: Incident
    page: Page | None


@dataclass(frozen=True)
class TeamView:
    """A team now: what is declared of it, the open incidents that it holds, and how the goals of what it answers for stand."""

    declared: DeclaredTeam
    holds: tuple[Held, ...]
    goals: tuple[Standing, ...]


@dataclass(frozen=True)
class _Subject:
    """Whom a name speaks of: an SRE team with its group, or a group alone."""

    ref: EntityRef
    team: SRETeam | None
    group: Group | None

    @property
    def name(self) -> str | None:
        return None if self.team is None else self.team.name

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
        subject = _subject(self._in_force.organization, name)
        (declared,) = await self._declared([subject], now)
        return TeamView(declared, await self._holds(subject), await self._goals_of(declared.covers, now))

    async def declared(self, name: str, at: datetime) -> DeclaredTeam:
        """Return what is declared of a team or group, found as in `view`. Raises NotFound."""
        (declared,) = await self._declared([_subject(self._in_force.organization, name)], at)
        return declared

    async def sre_teams(self, at: datetime) -> list[DeclaredTeam]:
        """Return every SRE team, by name."""
        organization = self._in_force.organization
        return await self._declared([_subject(organization, name) for name in sorted(organization.sre_teams)], at)

    async def partners(self, at: datetime) -> list[DeclaredTeam]:
        """Return the groups beside the SRE teams: partners, owners and who answers for all the rest; by reference."""
        organization = self._in_force.organization
        wanted = sorted(beside_sre(organization, day_of(organization, at)) & organization.groups.keys())
        return await self._declared([_Subject(ref, None, organization.groups[ref]) for ref in wanted], at)

    async def _declared(self, subjects: Iterable[_Subject], at: datetime) -> list[DeclaredTeam]:
        organization = self._in_force.organization
        answers, on_call = usual_answers(organization, at), await self._oncall.on_call_now(at)
        parts = Parts(organization, answers, on_call)
        return [_declared(organization, subject, parts, at) for subject in subjects]

    async def _holds(self, subject: _Subject) -> tuple[Held, ...]:
        pages = {page.incident: page for page in await self._oncall.open_pages()}
        held = [incident for incident in await self._incidents.open_incidents() if subject.holds(incident)]
        return tuple(Held(incident, pages.get(incident.id)) for incident in held)

    async def _goals_of(self, covers: Iterable[PagerAnswer], now: datetime) -> tuple[Standing, ...]:
        things = {answer.thing for answer in covers}
        goals = self._in_force.organization.goals
        wanted = {name for name, goal in goals.items() if goal.service in things}
        if not wanted:
            return ()
        statuses = await self._goals.statuses(now)
        return tuple(Standing(goals[status.goal], status) for status in statuses if status.goal in wanted)


def _declared(organization: Organization, subject: _Subject, parts: Parts, at: datetime) -> DeclaredTeam:
    covers = parts.covered(subject.ref, subject.name)
    policies = _policies(organization, subject, covers)
    called = frozenset().union(*(policy.schedules for policy in policies))
    watches = parts.watches(called)
    today = day_of(organization, at)
    return DeclaredTeam(
        name=subject.name or subject.ref.name,
        title=_title(subject),
        at=at,
        ref=subject.ref,
        team=subject.team,
        group=subject.group,
        people=tuple(_people(organization, subject, watches, today)),
        engagements=tuple(_engagements(organization, parts.engaged(subject.ref, subject.name), today)),
        covers=covers,
        advises=parts.advised(subject.name),
        owns=parts.owned(subject.ref),
        policies=policies,
        watches=watches,
        called=called_beside_sre(organization, subject.team, today) if subject.team is not None else "",
    )


def _subject(organization: Organization, name: str) -> _Subject:
    team = organization.sre_teams.get(name)
    if team is not None:
        return _Subject(team.group, team, organization.groups.get(team.group))
    ref = _group_named(organization, name)
    if ref is None:
        raise NotFound(f"There is no team or group “{name[:80]}”.", "The list of teams has them all.")
    own = next((team for _, team in sorted(organization.sre_teams.items()) if team.group == ref), None)
    return _Subject(ref, own, organization.groups[ref])


def _group_named(organization: Organization, name: str) -> EntityRef | None:
    """Return the group of a reference, or the first that bears the name alone, in whatever namespace."""
    try:
        ref = EntityRef.parse(name, kind="group")
    except ValueError:
        return None
    if ref in organization.groups:
        return ref
    return next((known for known in sorted(organization.groups) if known.name == name), None)


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


def _people(organization: Organization, subject: _Subject, watches: Sequence[OnWatch], today: date) -> Iterable[Person]:
    named = {membership.user: membership for membership in subject.team.members} if subject.team else {}
    serving = serving_on(organization, today)
    for ref in _members(organization, subject, today):
        membership = named.get(ref)
        user = organization.users.get(ref)
        yield Person(
            ref=ref,
            title=(user.title if user else "") or ref.name,
            roles=tuple(_roles(organization, subject, ref)),
            share=membership.share if membership else Fraction(1),
            until=membership.until if membership else None,
            serves=tuple((part[0], share_of(part)) for part in serving.get(ref, ())),
            on_watch=tuple(watch.schedule.name for watch in watches if ref in watch.now.people),
        )


def _members(organization: Organization, subject: _Subject, today: date) -> Iterable[EntityRef]:
    if subject.team is not None:
        return people_of(organization, subject.team, today)
    return sorted(members_of(organization, subject.group.ref, today)) if subject.group is not None else ()


def _roles(organization: Organization, subject: _Subject, ref: EntityRef) -> Iterable[TeamRole]:
    yield TeamRole.MEMBER
    if subject.team is not None and subject.team.approved_by == ref:
        yield TeamRole.LEAD
    if ref in organization.admins:
        yield TeamRole.ADMIN


def _engagements(organization: Organization, engaged: Iterable[Engagement], today: date) -> list[TeamEngagement]:
    found = [
        TeamEngagement(
            engagement,
            engagement.state_at(today),
            max((move.on for move in engagement.life if move.on <= today), default=None),
            record_of(organization, engagement, today),
            review_due(organization, engagement, today),
        )
        for engagement in engaged
    ]
    return sorted(found, key=lambda each: each.state in _OVER)
