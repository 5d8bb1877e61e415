"""What people may do, read from the words of the design once more: written for tests, and without the table of authority.

It takes from the program only who covers a thing (`coverage`), which is tested by itself.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from watchbill.org.broken_glass import BrokenGlass
from watchbill.org.charters import AlertClass, Engagement, EngagementState, Implementation
from watchbill.org.coverage import pager
from watchbill.org.entities import Thing
from watchbill.org.organization import Organization
from watchbill.org.values import EntityRef

ANYONE = {"declareIncident"}
ON_A_PAGE = {"acknowledge", "resolve", "handOver"}
OF_BOTH_SIDES = ON_A_PAGE | {"editGoal", "editPolicy", "leadIncident", "recommend"}
OF_OWNERS = OF_BOTH_SIDES | {"silence", "planMaintenance", "changeCode", "changeConfig", "acceptRecommendation"}
IN_AN_EMERGENCY = {"silence", "planMaintenance", "changeCode", "changeConfig"}
CHANGES = {"changeCode", "changeConfig"}
CHANGE_ALL = {Implementation.KITCHEN_SINK, Implementation.EMBEDDED, Implementation.PRODUCT}
CHANGE_OWN = {Implementation.INFRASTRUCTURE, Implementation.TOOLS}


@dataclass(frozen=True)
class Oracle:
    """One person and one thing at an instant."""

    organization: Organization
    person: EntityRef
    thing: Thing
    at: datetime
    glass: Collection[BrokenGlass]

    @property
    def day(self) -> date:
        return self.at.astimezone(ZoneInfo(self.organization.time_zone)).date()

    def may(self) -> set[str]:
        """Return the actions that the person may do, with an approval or without one."""
        if self.person not in self.organization.users:
            return set()
        found = set(ANYONE)
        found |= OF_OWNERS if self._belongs(self.thing.owner) else set()
        found |= {"administer"} if self.person in self.organization.admins else set()
        found |= self._of_member() | self._of_consultant()
        return found

    def _of_member(self) -> set[str]:
        answer = pager(self.organization, self.thing.ref, AlertClass.APPLICATION, self.at)
        if answer.team is None or not self._serves(answer.team):
            return set()
        team = self.organization.sre_teams[answer.team]
        engagement = self.organization.engagements.get(answer.engagement or "")
        given = self._default(team.implementation, is_own=self.thing.owner == team.group)
        if engagement is not None and engagement.authority is not None:
            given = set(engagement.authority)
        return OF_BOTH_SIDES | self._in_repositories(given, engagement, team.implementation)

    def _default(self, implementation: Implementation, *, is_own: bool) -> set[str]:
        if implementation is Implementation.CONSULTING:
            return set()
        changes = implementation in CHANGE_ALL or (implementation in CHANGE_OWN and is_own)
        gate = {"overrideGate"} if implementation is Implementation.PRODUCT else set()
        return {"silence", "planMaintenance"} | gate | (CHANGES if changes else set())

    def _in_repositories(self, given: set[str], engagement: Engagement | None, of: Implementation) -> set[str]:
        if of is Implementation.CONSULTING:
            return given - CHANGES
        named = (
            engagement.agreement.repositories if engagement is not None and engagement.agreement is not None else None
        )
        if named is None or not self.thing.repositories:
            return given
        somewhere = {
            each for one in self.thing.repositories for each in named.get(one, frozenset(given)) if each in CHANGES
        }
        return (given - CHANGES) | somewhere

    def _of_consultant(self) -> set[str]:
        found: set[str] = set()
        for name, team in self.organization.sre_teams.items():
            agreed = [each for each in self.organization.engagements.values() if each.sre == name]
            near = sorted((self._distance(each), each.name, each) for each in agreed if self._is_in_force(each))
            if near and team.implementation is Implementation.CONSULTING and self._serves(name):
                given = set(near[0][2].authority or ())
                found |= {"recommend", "breakGlass"} | (given - CHANGES)
                found |= {"editGoal", "editPolicy"} if "setGoals" in given else set()
                found |= IN_AN_EMERGENCY if any(self._is_open(glass) for glass in self.glass) else set()
        return found

    def _is_in_force(self, engagement: Engagement) -> bool:
        is_agreed = engagement.state_at(self.day) in {EngagementState.ACTIVE, EngagementState.HANDING_BACK}
        return is_agreed and self._reaches(engagement)

    def _distance(self, engagement: Engagement) -> int:
        """Return how near a scope that reaches the thing comes to it: the thing itself first, everything last."""
        scope, thing = engagement.scope, self.thing
        near = (
            (thing.ref, scope.things),
            (thing.system, scope.systems),
            (thing.domain, scope.domains),
            (thing.owner, scope.owned_by),
        )
        return next((place for place, (one, covered) in enumerate(near) if one in covered), len(near))

    def _is_open(self, glass: BrokenGlass) -> bool:
        theirs = (glass.holder, glass.thing) == (self.person, self.thing.ref) and glass.approved_by != self.person
        return theirs and glass.opened_at <= self.at < min(glass.ends_at, glass.opened_at + timedelta(hours=4))

    def _reaches(self, engagement: Engagement) -> bool:
        scope, thing = engagement.scope, self.thing
        around = {each for each in (thing.ref, thing.system, thing.domain, thing.owner) if each is not None}
        reached = scope.things | scope.systems | scope.domains | scope.owned_by
        return (scope.everything or bool(around & reached)) and not around & scope.excluded

    def _serves(self, name: str) -> bool:
        team = self.organization.sre_teams[name]
        named = {each.user: each.until for each in team.members}
        group = self.organization.groups.get(team.group)
        if self.person not in named and (group is None or self.person not in group.members):
            return False
        until = named.get(self.person)
        return until is None or self.day <= until

    def _belongs(self, owner: EntityRef) -> bool:
        teams = [name for name, team in self.organization.sre_teams.items() if team.group == owner]
        if teams:
            return any(self._serves(name) for name in teams)
        return self.person in self.organization.groups[owner].members
