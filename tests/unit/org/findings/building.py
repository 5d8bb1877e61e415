"""Small organisations for the rules: watches, goals and agreements beside what `made` has, and one rule asked at a time."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import date, datetime, timedelta
from fractions import Fraction
from typing import Any

from tests.unit.org import made
from tests.unit.org.platform import building as platform
from watchbill.org.agreements import Agreement
from watchbill.org.burn_tiers import default_tiers
from watchbill.org.charters import (
    BudgetPolicy,
    Engagement,
    EngagementState,
    EscalationPolicy,
    EscalationStep,
    Implementation,
    Layer,
    Move,
    Schedule,
    Target,
)
from watchbill.org.findings import RULES, Finding, Verdict, check
from watchbill.org.objectives import Goal
from watchbill.org.organization import Organization

MEMBERS = {"devs": ["dev"], "sre": ["s1", "s2"], "core": ["c1"], "advisers": ["adi"], "guests": ["gus"]}
SRE = made.team("sre", Implementation.PRODUCT)
CORE = made.team("core", Implementation.KITCHEN_SINK, made.scope(everything=True, excluded=["payroll"]))
PLATFORM = made.team("platform", Implementation.INFRASTRUCTURE)
TOOLS = made.team("tools", Implementation.TOOLS)
ADVISERS = made.team("advisers", Implementation.CONSULTING)
GUESTS = made.team("guests", Implementation.EMBEDDED)


def found(organization: Organization, rule: str, at: datetime = made.AT) -> list[tuple[Verdict, str]]:
    """Return what one rule finds, as level and subject."""
    return [(each.level, each.subject) for each in findings(organization, rule, at)]


def findings(organization: Organization, rule: str, at: datetime = made.AT) -> list[Finding]:
    """Return the findings of one rule."""
    assert rule in RULES
    return [each for each in check(organization, at) if each.rule == rule]


def watch(name: str, people: Iterable[str], *, turn: str = "weeks", count: int = 1, zone: str = "UTC") -> Schedule:
    """Make a schedule whose turns begin on Monday, 5 January 2026, at nine; the empty name is an empty turn."""
    turns = tuple((made.ref(person, "user"),) if person else () for person in people)
    layer = Layer("only", datetime(2026, 1, 5, 9), count, turn, turns, made.place())  # noqa: DTZ001 - wall time
    return Schedule(name, name, zone, (layer,), made.place())


def policy(group: str, *schedules: str) -> EscalationPolicy:
    """Make a policy for a group that calls schedules, one a step."""
    steps = tuple(
        EscalationStep((Target("schedule", name, made.place()),), timedelta(minutes=5), False, (), made.place())
        for name in schedules
    )
    return EscalationPolicy(group, group, frozenset({made.ref(group, "group")}), steps, 1, 1, False, None, made.place())


def budget_policy(name: str, *, postmortem: str | None = None) -> BudgetPolicy:
    """Make a budget policy that blocks nothing; a postmortem follows from a share of the budget, in percent, where given."""
    share = Fraction(postmortem) / 100 if postmortem else None
    return BudgetPolicy(name, name, made.ref("boss", "user"), (), share, None, made.place())


def goal(of: str, percent: str = "99.9", **fields: Any) -> Goal:
    """Make an availability goal over 28 days with the default tiers."""
    plain = platform.goal(of, percent)
    plain = replace(plain, description="it answers", tiers=default_tiers(plain.window))
    return replace(plain, **fields)


def agreement(**fields: Any) -> Agreement:
    """Make an agreement that says nothing but what is given."""
    plain = Agreement((), None, None, None, None, None, (), made.place())
    return replace(plain, **fields)


def engaged(name: str = "pact", **fields: Any) -> Engagement:
    """Make an engagement of SRE over `shop`, active since 1 April 2026."""
    terms = {
        key: fields.pop(key) for key in ("sre", "covers", "partner", "state", "primary", "authority") if key in fields
    }
    covers = terms.pop("covers", made.scope(things=["shop"]))
    return replace(made.engagement(name, terms.pop("sre", SRE), covers, **terms), **fields)


def life(*moves: tuple[EngagementState, str]) -> tuple[Move, ...]:
    """Make a life of states, each with its day."""
    boss = made.ref("boss", "user")
    return tuple(Move(state, date.fromisoformat(day), boss, "agreed", made.place()) for state, day in moves)


def organization(
    *,
    goals: Iterable[Goal] = (),
    watches: Iterable[Schedule] = (),
    more: Mapping[str, Any] | None = None,
    **parts: Any,
) -> Organization:
    """Make an organisation with goals and watches; `more` are fields of it that stand as they are given."""
    parts.setdefault("members", MEMBERS)
    plain = made.organization(**parts)
    plain = replace(
        plain,
        goals={each.name: each for each in goals},
        schedules={each.name: each for each in watches},
    )
    return replace(plain, **more) if more else plain
