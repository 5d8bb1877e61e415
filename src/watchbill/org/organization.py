"""The linked whole: every document of the organisation, resolved against every other; all faults collected."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from .charters import (
    BudgetPolicy,
    Engagement,
    EscalationPolicy,
    Hours,
    ReadinessReview,
    RuleOverride,
    Schedule,
    SRETeam,
)
from .entities import Group, System, Thing, User
from .memory import Memory
from .objectives import AgreedExclusion, DataSource, Goal
from .values import EntityRef, Place


@dataclass(frozen=True)
class Organization:
    """An organisation as declared. Mappings are keyed by reference (catalog) or by document name.

    `revision` is a digest of the files' contents: equal folders have equal revisions. `memory` keeps what is worked out from it.
    """

    name: str
    title: str
    time_zone: str
    catch_all: EntityRef | None
    admins: frozenset[EntityRef]
    hours: Mapping[str, tuple[Hours, ...]]
    users: Mapping[EntityRef, User]
    groups: Mapping[EntityRef, Group]
    things: Mapping[EntityRef, Thing]
    systems: Mapping[EntityRef, System]
    sre_teams: Mapping[str, SRETeam]
    engagements: Mapping[str, Engagement]
    schedules: Mapping[str, Schedule]
    escalation_policies: Mapping[str, EscalationPolicy]
    budget_policies: Mapping[str, BudgetPolicy]
    sources: Mapping[str, DataSource]
    goals: Mapping[str, Goal]
    place: Place
    revision: str
    reviews: Mapping[str, ReadinessReview] = field(default_factory=dict)
    overrides: tuple[RuleOverride, ...] = ()
    exclusions: Mapping[str, AgreedExclusion] = field(default_factory=dict)
    memory: Memory = field(default_factory=Memory, init=False, compare=False, repr=False)

    def things_in_order(self) -> tuple[Thing, ...]:
        """Return what can fail, by reference."""
        return self.memory.recall("things", lambda: tuple(thing for _, thing in sorted(self.things.items())))
