"""watchbill's own nouns, linked: SRE teams and what they are chartered for, engagements, watches, escalations, budget policies.

Made from `watchbill/v1` documents by `charter.py` (SRETeam), `engagements.py` (Engagement) and `watches.py` (Schedule,
EscalationPolicy, BudgetPolicy).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from enum import StrEnum
from fractions import Fraction

from .agreements import Agreement, Extension, ReviewHeld
from .values import Duration, EntityRef, Place


class Implementation(StrEnum):
    """How a team practises SRE; what each means stands in `implementations/`."""

    KITCHEN_SINK = "kitchenSink"
    INFRASTRUCTURE = "infrastructure"
    TOOLS = "tools"
    PRODUCT = "product"
    EMBEDDED = "embedded"
    CONSULTING = "consulting"


class AlertClass(StrEnum):
    """What an alert is a symptom of: the thing itself, something it critically depends on, or a run of a workflow."""

    APPLICATION = "application"
    PLATFORM = "platform"
    WORKFLOW = "workflow"


class EngagementState(StrEnum):
    """Where an engagement stands in its life."""

    PROPOSED = "proposed"
    PREPARING = "preparing"
    ACTIVE = "active"
    HANDING_BACK = "handingBack"
    ENDED = "ended"
    DECLINED = "declined"


_SERVING = frozenset({EngagementState.PREPARING, EngagementState.ACTIVE, EngagementState.HANDING_BACK})


@dataclass(frozen=True)
class Scope:
    """Which things a charter or an engagement is about, as written: forms of scope, less `excluded`."""

    everything: bool
    things: frozenset[EntityRef]
    systems: frozenset[EntityRef]
    domains: frozenset[EntityRef]
    owned_by: frozenset[EntityRef]
    excluded: frozenset[EntityRef]
    place: Place


@dataclass(frozen=True)
class Experience:
    """Time that a person served in an implementation; `until` is None while they still do."""

    implementation: Implementation
    since: date
    until: date | None


@dataclass(frozen=True)
class Membership:
    """A person's part in an SRE team; `share` is their part of full time, `experience` where they served before."""

    user: EntityRef
    share: Fraction
    until: date | None
    place: Place
    experience: tuple[Experience, ...] = ()


@dataclass(frozen=True)
class SRETeam:
    """A Backstage group that practises SRE, with its implementation and its charter.

    `partners` are the groups that the charter says it works with: the platform engineers beside an infrastructure team, the
    adopters of a tools team.
    """

    name: str
    title: str
    group: EntityRef
    implementation: Implementation
    mission: str
    scope: Scope | None
    approved_by: EntityRef | None
    approved_on: date | None
    members: tuple[Membership, ...]
    place: Place
    review_every: Duration | None = None
    partners: tuple[EntityRef, ...] = ()


@dataclass(frozen=True)
class Move:
    """One step in an engagement's life: into `state`, on a day, by someone, for a reason."""

    state: EngagementState
    on: date
    by: EntityRef
    why: str
    place: Place


@dataclass(frozen=True)
class PagerTerms:
    """Who holds the pager under an engagement. `primary` and the values of `classes` are `sre` or `partner`."""

    primary: str
    reason: str
    hours: str
    classes: Mapping[AlertClass, str]
    escalation: str | None
    place: Place
    respond_within: Duration | None = None
    partner_share: Fraction | None = None

    @property
    def is_with_sre(self) -> bool:
        """Whether the SREs hold the pager for any class of alert, at some hours at least."""
        return any(self.classes.get(alert_class, self.primary) == "sre" for alert_class in AlertClass)


@dataclass(frozen=True)
class Engagement:
    """An SRE team's agreement with a partner over a scope: practices, pager, authority and its life so far."""

    name: str
    title: str
    sre: str
    partner: EntityRef
    scope: Scope
    pager: PagerTerms
    practices: Mapping[str, str]
    authority: frozenset[str] | None
    life: tuple[Move, ...]
    ends: date | None
    place: Place
    agreement: Agreement | None = None
    extensions: tuple[Extension, ...] = ()
    reviews_held: tuple[ReviewHeld, ...] = ()

    def move_at(self, day: date) -> Move | None:
        """Return the last move that is not after a day, None before the first."""
        return next((move for move in reversed(self.life) if move.on <= day), None)

    def has_lapsed(self, day: date) -> bool:
        """Whether the engagement is over on a day by its date `ends` alone: no move had brought it to an end before."""
        if self.ends is None or day <= self.ends:
            return False
        move = self.move_at(day)
        return move is None or move.state not in {EngagementState.ENDED, EngagementState.DECLINED}

    def serves(self, day: date) -> bool:
        """Whether the team works with the partner on a day, with the pager or without it."""
        return self.state_at(day) in _SERVING

    def state_at(self, day: date) -> EngagementState | None:
        """Return the state in force on a day: that of its last move, None before the first; once it has lapsed it is `ended`."""
        if self.has_lapsed(day):
            return EngagementState.ENDED
        move = self.move_at(day)
        return move.state if move is not None else None


class ReviewOutcome(StrEnum):
    """What a readiness review found."""

    READY = "ready"
    READY_WITH_CONDITIONS = "readyWithConditions"
    NOT_READY = "notReady"


class ItemStatus(StrEnum):
    """The answer to a question of a readiness review."""

    YES = "yes"
    NO = "no"
    NOT_APPLICABLE = "notApplicable"


@dataclass(frozen=True)
class ReviewItem:
    """One question of a readiness review, its answer and what shows it. An item that is not fulfilled may have a day until when."""

    area: str
    question: str
    status: ItemStatus
    evidence: str
    owner: EntityRef | None
    reason: str
    blocking: bool
    due: date | None
    place: Place


@dataclass(frozen=True)
class ReadinessReview:
    """Whether what an engagement covers was ready for it on a day."""

    name: str
    engagement: str
    on: date
    reviewers: tuple[EntityRef, ...]
    outcome: ReviewOutcome
    items: tuple[ReviewItem, ...]
    place: Place


@dataclass(frozen=True)
class RuleOverride:
    """An override of a built-in rule: another threshold (`value`) or none at all (`is_off`), always with its reason."""

    rule: str
    value: Decimal | str | bool | None
    is_off: bool
    reason: str
    by: EntityRef | None
    on: date | None
    until: date | None
    place: Place


@dataclass(frozen=True)
class Layer:
    """Turns of a rotation. `start` is local wall time of the schedule; a turn lasts `count` × `unit` (hours, days, weeks).

    Each entry of `turns` is the people of one turn, in order; an empty entry is an empty slot.
    """

    name: str
    start: datetime
    count: int
    unit: str
    turns: tuple[tuple[EntityRef, ...], ...]
    place: Place


@dataclass(frozen=True)
class Schedule:
    """Who stands the watch: layers, lowest first, in one IANA time zone."""

    name: str
    title: str
    time_zone: str
    layers: tuple[Layer, ...]
    place: Place


@dataclass(frozen=True)
class Hours:
    """A weekly opening: `days` are 0 (Monday) to 6; it may pass midnight (`until` not after `start`)."""

    days: frozenset[int]
    start: time
    until: time


@dataclass(frozen=True)
class Target:
    """Whom an escalation step notifies: `kind` is schedule, user, group or channel."""

    kind: str
    name: str
    place: Place


@dataclass(frozen=True)
class EscalationStep:
    """One step: whom it notifies and how long it waits before the next; `when` limits it to hours of the organisation's zone."""

    targets: tuple[Target, ...]
    wait: timedelta
    round_robin: bool
    when: tuple[Hours, ...]
    place: Place


@dataclass(frozen=True)
class EscalationPolicy:
    """How a page climbs. `repeat_times` is how often it starts over (from step `repeat_from`, counted from 1)."""

    name: str
    title: str
    groups: frozenset[EntityRef]
    steps: tuple[EscalationStep, ...]
    repeat_times: int
    repeat_from: int
    hold_on_nobody: bool
    acknowledgement_expires: timedelta | None
    place: Place

    @property
    def schedules(self) -> frozenset[str]:
        """The names of the schedules that its steps call."""
        return frozenset(target.name for step in self.steps for target in step.targets if target.kind == "schedule")

    @property
    def first_by_name(self) -> tuple[EntityRef, ...]:
        """The people whom it calls by name before anybody else could answer: in the first of its steps that calls no room alone."""
        calling = (step for step in self.steps if any(target.kind != "channel" for target in step.targets))
        first = next(calling, None)
        if first is None or first.when:
            return ()
        return tuple(EntityRef.parse(each.name, kind="user") for each in first.targets if each.kind == "user")


@dataclass(frozen=True)
class BudgetState:
    """A state of a budget policy: it holds while the remaining share is at most `remaining_at_most` (None: always).

    `approvers` are the people and groups who may let a release through in it, `notify` whom it concerns.
    """

    name: str
    remaining_at_most: Fraction | None
    releases: str
    allow: tuple[str, ...]
    place: Place
    approvers: tuple[EntityRef, ...] = ()
    notify: tuple[Target, ...] = ()


@dataclass(frozen=True)
class BudgetPolicy:
    """What follows from how much budget is left: the first state that holds is in force."""

    name: str
    title: str
    owner: EntityRef
    states: tuple[BudgetState, ...]
    postmortem_share: Fraction | None
    postmortem_within: Duration | None
    place: Place
