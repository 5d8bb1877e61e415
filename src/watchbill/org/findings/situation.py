"""What the rules look at: an organisation at an instant, with what several rules ask of it worked out once. Judges nothing."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import UTC, date, datetime, time
from functools import cached_property
from zoneinfo import ZoneInfo

from watchbill.org.belonging import people_of
from watchbill.org.charters import Engagement, EngagementState, EscalationPolicy, ReadinessReview, SRETeam
from watchbill.org.claims import CLAIMING, Claims, claims_at
from watchbill.org.course import reached
from watchbill.org.coverage import PagerAnswer, coverage, policies_for
from watchbill.org.duties import Duty, duties
from watchbill.org.entities import Dependency, Thing
from watchbill.org.implementations import ImplementationRules, rules_of
from watchbill.org.objectives import Goal
from watchbill.org.organization import Organization
from watchbill.org.platform import PlatformReport, platform
from watchbill.org.values import EntityRef
from watchbill.org.watch_time import WatchTime


class Situation:
    """An organisation at an instant, as the rules ask about it."""

    def __init__(self, organization: Organization, at: datetime) -> None:
        self.organization = organization
        self.at = at
        self.claims: Claims = claims_at(organization, at)
        self.day: date = self.claims.day
        self._people: dict[str, tuple[EntityRef, ...]] = {}

    @cached_property
    def watch_time(self) -> WatchTime:
        """Who stands which watch in the time ahead, from the beginning of this day."""
        midnight = datetime.combine(self.day, time(), ZoneInfo(self.organization.time_zone))
        return WatchTime(self.organization, midnight.astimezone(UTC))

    @cached_property
    def platform(self) -> PlatformReport:
        """What stands on what, and which goals can hold."""
        return platform(self.organization)

    @cached_property
    def answers(self) -> Mapping[EntityRef, PagerAnswer]:
        """Who is paged for each thing that fails by itself."""
        things = self.organization.things_in_order()
        return {thing.ref: answer for thing, answer in zip(things, coverage(self.organization, self.at), strict=True)}

    @cached_property
    def duties_of(self) -> Mapping[EntityRef, tuple[Duty, ...]]:
        """Who is accountable for each practice on each thing."""
        found: dict[EntityRef, list[Duty]] = {}
        for duty in duties(self.organization, self.at):
            found.setdefault(duty.thing, []).append(duty)
        return {ref: tuple(of_thing) for ref, of_thing in found.items()}

    @cached_property
    def goals_of(self) -> Mapping[EntityRef, tuple[Goal, ...]]:
        """The goals of each thing that has any."""
        found: dict[EntityRef, list[Goal]] = {}
        for _, goal in sorted(self.organization.goals.items()):
            found.setdefault(goal.service, []).append(goal)
        return {ref: tuple(goals) for ref, goals in found.items()}

    @cached_property
    def covered_by(self) -> Mapping[str, tuple[Thing, ...]]:
        """The things that each SRE team answers for."""
        found: dict[str, list[Thing]] = {}
        for ref, answer in self.answers.items():
            if answer.team is not None:
                found.setdefault(answer.team, []).append(self.organization.things[ref])
        return {team: tuple(things) for team, things in found.items()}

    @cached_property
    def owned_by(self) -> Mapping[EntityRef, tuple[Thing, ...]]:
        """The things that each group or person owns."""
        found: dict[EntityRef, list[Thing]] = {}
        for thing in self.organization.things_in_order():
            found.setdefault(thing.owner, []).append(thing)
        return {owner: tuple(things) for owner, things in found.items()}

    @cached_property
    def depending_on(self) -> Mapping[EntityRef, Sequence[tuple[Thing, Dependency]]]:
        """The things that depend on each thing, with how they do."""
        found: dict[EntityRef, list[tuple[Thing, Dependency]]] = {}
        for thing in self.organization.things_in_order():
            for dependency in thing.dependencies:
                found.setdefault(dependency.on, []).append((thing, dependency))
        return found

    @cached_property
    def reviews_of(self) -> Mapping[str, tuple[ReadinessReview, ...]]:
        """The readiness reviews of each engagement up to this day, oldest first."""
        found: dict[str, list[ReadinessReview]] = {}
        for review in sorted(self.organization.reviews.values(), key=lambda each: (each.on, each.name)):
            if review.on <= self.day:
                found.setdefault(review.engagement, []).append(review)
        return {name: tuple(reviews) for name, reviews in found.items()}

    @property
    def teams(self) -> Iterable[SRETeam]:
        """The SRE teams, by name."""
        return (team for _, team in sorted(self.organization.sre_teams.items()))

    def watching(self, rule: str) -> Iterator[SRETeam]:
        """Yield the SRE teams whose implementation goes wrong in the way that a rule looks for."""
        for team in self.teams:
            if self.watches(team, rule):
                yield team

    @staticmethod
    def watches(team: SRETeam, rule: str) -> bool:
        """Whether a team's implementation goes wrong in the way that a rule looks for."""
        return any(rule in sign.rules for sign in rules_of(team.implementation).goes_wrong_as)

    @staticmethod
    def rules(team: SRETeam) -> ImplementationRules:
        """Return what a team's implementation means."""
        return rules_of(team.implementation)

    def engagements(
        self, states: frozenset[EngagementState] = CLAIMING, *, watching: str | None = None
    ) -> Iterator[tuple[Engagement, SRETeam]]:
        """Yield the engagements in some states (in force unless said) with their SRE teams; or only of teams watching a rule."""
        for _, engagement in sorted(self.organization.engagements.items()):
            team = self.organization.sre_teams.get(engagement.sre)
            if team is None or engagement.state_at(self.day) not in states:
                continue
            if watching is None or self.watches(team, watching):
                yield engagement, team

    def in_force_of(self, team: SRETeam) -> Sequence[Engagement]:
        """Return the engagements in force of an SRE team, by name."""
        return self._in_force.get(team.name, ())

    @cached_property
    def _in_force(self) -> Mapping[str, Sequence[Engagement]]:
        found: dict[str, list[Engagement]] = {}
        for engagement, team in self.engagements():
            found.setdefault(team.name, []).append(engagement)
        return found

    def engaged_things(self, engagement: Engagement) -> Iterator[Thing]:
        """Yield the things that an engagement in force claims or advises on, whoever holds them."""
        for ref in sorted(reached(self.organization, [engagement])):
            standing = self.claims.standing(self.organization.things[ref])
            sources = [claim.source.engagement for claim in standing.claims]
            sources += [adviser.engagement for adviser in standing.advisers]
            if engagement in sources:
                yield self.organization.things[ref]

    def people(self, team: SRETeam) -> tuple[EntityRef, ...]:
        """Return who serves in a team on this day."""
        if team.name not in self._people:
            self._people[team.name] = people_of(self.organization, team, self.day)
        return self._people[team.name]

    def policies(self, group: EntityRef) -> tuple[EscalationPolicy, ...]:
        """Return the escalation policies that are for a group."""
        return policies_for(self.organization, group)

    @cached_property
    def teams_called_by(self) -> Mapping[str, tuple[str, ...]]:
        """The names of the SRE teams that each schedule calls."""
        found: dict[str, list[str]] = {}
        for team in self.teams:
            for schedule in self.watch_time.called_by(self.policies(team.group)):
                found.setdefault(schedule, []).append(team.name)
        return {schedule: tuple(names) for schedule, names in found.items()}

    def team_of(self, group: EntityRef) -> str | None:
        """Return the name of the SRE team that a group is, None for any other group."""
        return self._team_names.get(group)

    @cached_property
    def _team_names(self) -> Mapping[EntityRef, str]:
        return {team.group: team.name for team in reversed(list(self.teams))}
