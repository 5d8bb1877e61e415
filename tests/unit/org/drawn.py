"""Random organisations for tests of what must always hold: few things, groups and people, drawn so that claims often meet.

Teams of every implementation, engagements in every state with whatever terms, practices and authority, owners without policies.
"""

from __future__ import annotations

import random
from dataclasses import replace
from datetime import UTC, date, datetime

from hypothesis import settings
from hypothesis import strategies as st

from tests.unit.org import made
from watchbill.org.charters import AlertClass, Engagement, EngagementState, Implementation, Scope, SRETeam
from watchbill.org.implementations import PRACTICES
from watchbill.org.organization import Organization

THINGS = ("a", "b", "c", "d")
GROUPS = ("g1", "g2", "g3")
SYSTEMS = ("s1", "s2")
PEOPLE = ("ann", "bob", "cem", "dia")

checked = settings(max_examples=60, deadline=None)  # a shared machine may be slow at any moment
days = st.dates(date(2026, 1, 1), date(2026, 12, 31))


@st.composite
def scopes(draw: st.DrawFn) -> Scope:
    return made.scope(
        everything=draw(st.booleans()),
        things=draw(st.sets(st.sampled_from(THINGS), max_size=2)),
        systems=draw(st.sets(st.sampled_from(SYSTEMS), max_size=1)),
        domains=draw(st.sets(st.sampled_from(["dom"]), max_size=1)),
        owned_by=draw(st.sets(st.sampled_from(GROUPS), max_size=1)),
        excluded=draw(st.sets(st.sampled_from([*THINGS, "system:s1", "group:g2"]), max_size=1)),
    )


@st.composite
def teams(draw: st.DrawFn, number: int) -> SRETeam:
    team = made.team(f"t{number}", draw(st.sampled_from(Implementation)), draw(st.none() | scopes()))
    return replace(team, group=made.ref(draw(st.sampled_from((*GROUPS, f"t{number}"))), "group"))


@st.composite
def engagements(draw: st.DrawFn, number: int, team: SRETeam) -> Engagement:
    agreed = made.engagement(
        f"e{number}",
        team,
        draw(scopes()),
        partner=draw(st.sampled_from(GROUPS)),
        state=draw(st.sampled_from(EngagementState)),
        ends=draw(st.none() | days),
        primary=draw(st.none() | st.sampled_from(["sre", "partner"])),
        reason=draw(st.sampled_from(["", "agreed"])),
        classes=draw(st.dictionaries(st.sampled_from(AlertClass), st.sampled_from(["sre", "partner"]), max_size=1)),
        authority=draw(st.none() | st.sets(st.sampled_from(["silence", "changeCode", "changeConfig"]))),
    )
    sides = st.dictionaries(st.sampled_from(PRACTICES), st.sampled_from(["sre", "partner", "joint"]), max_size=2)
    return replace(agreed, practices=draw(sides))


@st.composite
def organizations(draw: st.DrawFn) -> Organization:
    things = [
        made.thing(
            name,
            draw(st.sampled_from(GROUPS)),
            system=draw(st.none() | st.sampled_from(SYSTEMS)),
            domain=draw(st.none() | st.just("dom")),
            needs=draw(st.sets(st.sampled_from(THINGS), max_size=2)),
        )
        for name in THINGS
    ]
    sre = [draw(teams(number)) for number in range(draw(st.integers(0, 4)))]
    agreed = (
        [draw(engagements(number, draw(st.sampled_from(sre)))) for number in range(draw(st.integers(0, 4)))]
        if sre
        else []
    )
    return made.organization(
        things=things,
        teams=sre,
        engagements=agreed,
        policies=[made.policy(group) for group in draw(st.sets(st.sampled_from((*GROUPS, "t0", "t1"))))],
        members={group: draw(st.sets(st.sampled_from(PEOPLE))) for group in (*GROUPS, "t0", "t1")},
        catch_all=draw(st.none() | st.sampled_from(GROUPS)),
    )


def shuffled(organization: Organization, seed: int) -> Organization:
    """Return the same organisation with its documents in another order."""
    order = random.Random(seed)

    def mixed(mapping):  # type: ignore[no-untyped-def]
        items = list(mapping.items())
        order.shuffle(items)
        return dict(items)

    return replace(
        organization,
        things=mixed(organization.things),
        sre_teams=mixed(organization.sre_teams),
        engagements=mixed(organization.engagements),
        escalation_policies=mixed(organization.escalation_policies),
        groups=mixed(organization.groups),
    )


instants = days.map(lambda day: datetime(day.year, day.month, day.day, 12, tzinfo=UTC))
