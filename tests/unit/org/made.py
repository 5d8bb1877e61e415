"""Small organisations made by hand for tests: name what matters, the rest has a plain default."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import UTC, date, datetime, timedelta
from fractions import Fraction
from typing import Any

from watchbill.org.charters import (
    AlertClass,
    BudgetPolicy,
    BudgetState,
    Engagement,
    EngagementState,
    EscalationPolicy,
    EscalationStep,
    Hours,
    Implementation,
    Membership,
    Move,
    PagerTerms,
    Scope,
    SRETeam,
    Target,
)
from watchbill.org.entities import Dependency, Group, System, Thing, Tier, User
from watchbill.org.implementations import rules_of
from watchbill.org.organization import Organization
from watchbill.org.values import EntityRef, Place

AT = datetime(2026, 5, 6, 12, tzinfo=UTC)  # a Wednesday
_lines = iter(range(1, 10**9))


def place(file: str = "org.yaml") -> Place:
    return Place(file, next(_lines))


def ref(text: str, kind: str = "component") -> EntityRef:
    return EntityRef.parse(text, kind=kind)


def refs(texts: Iterable[str], kind: str = "component") -> frozenset[EntityRef]:
    return frozenset(ref(text, kind) for text in texts)


def scope(
    *,
    everything: bool = False,
    things: Iterable[str] = (),
    systems: Iterable[str] = (),
    domains: Iterable[str] = (),
    owned_by: Iterable[str] = (),
    excluded: Iterable[str] = (),
) -> Scope:
    return Scope(
        everything,
        refs(things),
        refs(systems, "system"),
        refs(domains, "domain"),
        refs(owned_by, "group"),
        refs(excluded),
        place(),
    )


def thing(name: str, owner: str = "devs", *, needs: Iterable[str] = (), **fields: Any) -> Thing:
    """Make a thing; `needs` are its critical dependencies."""
    found = {"system": None, "domain": None, **fields}
    return Thing(
        ref=ref(name),
        title=name,
        description="",
        type=fields.get("type", "service"),
        lifecycle="production",
        owner=ref(owner, "group"),
        system=ref(found["system"], "system") if found["system"] else None,
        domain=ref(found["domain"], "domain") if found["domain"] else None,
        tier=fields.get("tier", Tier.NORMAL),
        phase="generalAvailability",
        runbook=None,
        dependencies=tuple(Dependency(ref(on), True, "", place()) for on in needs),
        place=place(),
        profile_place=None,
    )


def team(
    name: str, implementation: Implementation, covers: Scope | None = None, *, until: Mapping[str, date] | None = None
) -> SRETeam:
    """Make an SRE team of the group with its name, led by user lead-NAME."""
    return SRETeam(
        name,
        name,
        ref(name, "group"),
        implementation,
        "mission",
        covers,
        ref(f"lead-{name}", "user"),
        date(2026, 1, 1),
        tuple(Membership(ref(user, "user"), Fraction(1), day, place()) for user, day in (until or {}).items()),
        place(),
    )


def engagement(
    name: str,
    sre: SRETeam,
    covers: Scope,
    *,
    partner: str = "devs",
    state: EngagementState = EngagementState.ACTIVE,
    ends: date | None = None,
    authority: Iterable[str] | None = None,
    primary: str | None = None,
    reason: str = "",
    hours: str = "always",
    classes: Mapping[AlertClass, str] | None = None,
    escalation: str | None = None,
) -> Engagement:
    """Make an engagement that has been in `state` since 1 April 2026."""
    before = Move(EngagementState.PROPOSED, date(2026, 1, 1), ref("ana", "user"), "", place())
    move = Move(state, date(2026, 4, 1), ref("ana", "user"), "agreed", place())
    return Engagement(
        name,
        name,
        sre.name,
        ref(partner, "group"),
        covers,
        PagerTerms(primary or rules_of(sre.implementation).primary, reason, hours, classes or {}, escalation, place()),
        {},
        frozenset(authority) if authority is not None else None,
        (before, move),
        ends,
        place(),
    )


def policy(group: str, *, name: str | None = None) -> EscalationPolicy:
    """Make a policy for a group that notifies the group."""
    step = EscalationStep((Target("group", group, place()),), timedelta(minutes=5), False, (), place())
    title = name or group
    return EscalationPolicy(title, title, frozenset({ref(group, "group")}), (step,), 1, 1, False, None, place())


def budget_policy(name: str, *approvers: str) -> BudgetPolicy:
    """Make a budget policy with one state, in which the people named approve exceptions."""
    state = BudgetState("healthy", None, "open", (), place(), tuple(ref(each, "user") for each in approvers))
    return BudgetPolicy(name, name, ref("devs", "group"), (state,), None, None, place())


def organization(
    *,
    things: Iterable[Thing] = (),
    teams: Iterable[SRETeam] = (),
    engagements: Iterable[Engagement] = (),
    policies: Iterable[EscalationPolicy] = (),
    domains: Iterable[System] = (),
    members: Mapping[str, Iterable[str]] | None = None,
    catch_all: str | None = None,
    hours: Mapping[str, tuple[Hours, ...]] | None = None,
    admins: Iterable[str] = (),
    people: Iterable[str] = (),
) -> Organization:
    """Make an organisation in the zone Europe/Berlin; `members` are group → users, `people` are in no group."""
    admins = list(admins)
    groups = {ref(group, "group"): refs(users, "user") for group, users in (members or {}).items()}
    users: dict[EntityRef, set[EntityRef]] = {ref(person, "user"): set() for person in (*admins, *people)}
    for group, members_of_it in groups.items():
        for person in members_of_it:
            users.setdefault(person, set()).add(group)
    return Organization(
        name="made",
        title="Made",
        time_zone="Europe/Berlin",
        catch_all=ref(catch_all, "group") if catch_all else None,
        admins=refs(admins, "user"),
        hours=hours or {},
        users={
            user: User(user, user.name, f"{user.name}@made.example", frozenset(of), place())
            for user, of in users.items()
        },
        groups={
            group: Group(group, group.name, "team", None, None, frozenset(), people, place())
            for group, people in groups.items()
        },
        things={each.ref: each for each in things},
        systems={each.ref: each for each in domains},
        sre_teams={each.name: each for each in teams},
        engagements={each.name: each for each in engagements},
        schedules={},
        escalation_policies={each.name: each for each in policies},
        budget_policies={},
        sources={},
        goals={},
        place=place(),
        revision="made",
    )
