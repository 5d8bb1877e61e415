"""A small organisation built by hand, for tests of on-call: three people take turns, one administers, one policy has three steps."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, datetime, time, timedelta

from tests.organizations import person
from watchbill.org.charters import AlertClass, EscalationPolicy, EscalationStep, Hours, Layer, Schedule, Target
from watchbill.org.coverage import PagerAnswer
from watchbill.org.entities import Group, Thing, Tier, User
from watchbill.org.in_force import OrganizationInForce, Reading
from watchbill.org.objectives import Severity
from watchbill.org.organization import Organization
from watchbill.org.values import EntityRef, Place
from watchbill.practices.incidents.model import Incident, IncidentState

HERE = Place("org.yaml", 1)
MONDAY = datetime(2026, 1, 5, 9, 0, tzinfo=UTC)
MINUTE = timedelta(minutes=1)


ANA, RAJ, MEI, DANA, ZOE = (person(name) for name in ("ana", "raj", "mei", "dana", "zoe"))
SRE = EntityRef("group", "default", "sre")
CART = EntityRef("component", "default", "cart")


def step(
    *targets: str, wait: timedelta = 5 * MINUTE, round_robin: bool = False, when: tuple[Hours, ...] = ()
) -> EscalationStep:
    """Return a step with targets as in a document: `schedule:primary`, `user:ana`, `group:sre`, `channel:ops`."""
    return EscalationStep(
        tuple(Target(*target.split(":", 1), HERE) for target in targets), wait, round_robin, when, HERE
    )


def policy(
    *steps: EscalationStep,
    times: int = 0,
    start_from: int = 1,
    hold: bool = False,
    expires: timedelta | None = None,
    name: str = "sre",
) -> EscalationPolicy:
    """Return a policy of these steps."""
    return EscalationPolicy(name, name, frozenset({SRE}), steps, times, start_from, hold, expires, HERE)


def weekly(name: str, *people: EntityRef | None, start: datetime = MONDAY) -> Schedule:
    """Return a schedule in UTC whose turns are weeks; None is an empty turn."""
    turns = tuple((person,) if person else () for person in people)
    return Schedule(name, name, "UTC", (Layer("weekly", start.replace(tzinfo=None), 1, "weeks", turns, HERE),), HERE)


OFFICE = (Hours(frozenset(range(5)), time(8), time(18)),)
LADDER = policy(
    step("schedule:primary", wait=5 * MINUTE),
    step("schedule:secondary", "user:dana", wait=10 * MINUTE),
    times=1,
    expires=30 * MINUTE,
)


def organization(
    *policies: EscalationPolicy,
    schedules: Iterable[Schedule] = (),
    members: Iterable[EntityRef] = (ANA, RAJ, MEI),
    without_mail: Iterable[EntityRef] = (),
    revision: str = "1",
) -> Organization:
    """Return the organisation with these policies; everybody has an e-mail address unless named."""
    people = (ANA, RAJ, MEI, DANA, ZOE)
    mute = frozenset(without_mail)
    users = {
        ref: User(ref, ref.name.title(), None if ref in mute else f"{ref.name}@acme.example", frozenset(), HERE)
        for ref in people
    }
    watches = list(schedules) or [weekly("primary", ANA, RAJ, MEI), weekly("secondary", RAJ, MEI, ANA)]
    cart = Thing(CART, "Cart", "", "service", "production", SRE, None, None, Tier.CRITICAL, "", None, (), HERE, None)
    return Organization(
        name="acme",
        title="Acme",
        time_zone="UTC",
        catch_all=None,
        admins=frozenset({DANA}),
        hours={},
        users=users,
        groups={SRE: Group(SRE, "SRE", "team", None, None, frozenset(), frozenset(members), HERE)},
        things={CART: cart},
        systems={},
        sre_teams={},
        engagements={},
        schedules={watch.name: watch for watch in watches},
        escalation_policies={each.name: each for each in policies or (LADDER,)},
        budget_policies={},
        sources={},
        goals={},
        place=HERE,
        revision=revision,
    )


def in_force(declared: Organization | None = None) -> OrganizationInForce:
    """Return the organisation as the one in force."""
    declared = declared or organization()
    return OrganizationInForce(Reading(declared, (), declared.revision), MONDAY)


def change(force: OrganizationInForce, declared: Organization) -> None:
    """Put a changed organisation in force."""
    declared = replace(declared, revision=force.organization.revision + "+")
    assert force.offer(Reading(declared, (), declared.revision), MONDAY)


def incident(number: int = 12, *, at: datetime = MONDAY, holder: EntityRef | None = SRE) -> Incident:
    """Return an open incident of the cart."""
    return Incident(
        id=f"incident{number:018}",
        number=number,
        state=IncidentState.OPEN,
        title="cart: availability budget burns 300×",
        thing=CART,
        alert_class=AlertClass.APPLICATION,
        severity=Severity.PAGE,
        holder=holder,
        team=None,
        engagement=None,
        because=({"rule": "owner", "text": "SRE owns the cart.", "file": "org.yaml", "line": 7},),
        opened_at=at,
        resolved_at=None,
    )


def answer(policy_name: str | None = "sre", holder: EntityRef | None = SRE) -> PagerAnswer:
    """Return the answer that names a policy for the cart."""
    gap = None if policy_name else "there is no policy"
    return PagerAnswer(CART, AlertClass.APPLICATION, holder, None, None, policy_name, (), gap, ())
