"""Authority never exceeds ownership, the engagement, the implementation and an open glass: any organisation, action and hour."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, time, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.unit.org import made
from tests.unit.org.authority_oracle import Oracle
from tests.unit.org.drawn import PEOPLE, THINGS, checked, days, organizations
from tests.unit.org.engaged import with_policy
from watchbill.org.authority import Action, decide
from watchbill.org.broken_glass import BrokenGlass
from watchbill.org.charters import EngagementState, Hours, Implementation, Membership
from watchbill.org.organization import Organization
from watchbill.org.values import EntityRef

OFFICE = (Hours(frozenset(range(5)), time(9), time(17)),)
BY_OFFICE = {Action.MANAGE_ENGAGEMENT: "lead", Action.OVERRIDE_SHIFT: "watchLead", Action.SWAP: "watchLead"}
GIVEN = [
    "silence",
    "planMaintenance",
    "changeCode",
    "changeConfig",
    "overrideGate",
    "excludeBudget",
    "rebook",
    "setGoals",
]
people = st.sampled_from(PEOPLE).map(lambda name: made.ref(name, "user"))
instants = st.builds(lambda day, at: datetime.combine(day, at, UTC), days, st.times())


@st.composite
def richer(draw: st.DrawFn) -> Organization:
    """Draw an organisation with leavers, administrators, hours, repositories, and leads in its agreements."""
    drawn = draw(organizations())
    teams = {}
    for name, team in drawn.sre_teams.items():
        leaving = draw(st.dictionaries(people, st.none() | days, max_size=2))
        members = tuple(Membership(user, 1, until, made.place()) for user, until in leaving.items())  # type: ignore[arg-type]
        implementation = draw(st.sampled_from([team.implementation, Implementation.CONSULTING]))
        teams[name] = replace(team, implementation=implementation, members=members)
    agreed = {}
    for name, engagement in drawn.engagements.items():
        one = with_policy(engagement, sre_lead=draw(people), partner_lead=draw(people))
        may = st.frozensets(st.sampled_from(["changeCode", "changeConfig"]))
        repositories = draw(st.none() | st.dictionaries(st.sampled_from(["r1", "r2"]), may))
        hours, primary = draw(st.sampled_from(["always", "office"])), draw(st.sampled_from(["sre", "partner"]))
        pager = replace(one.pager, hours=hours, primary=primary, reason="agreed")
        authority = draw(st.none() | st.frozensets(st.sampled_from(GIVEN)))
        agreement = replace(one.agreement, repositories=repositories)  # type: ignore[type-var]
        life = draw(st.sampled_from([one.life, (*one.life[:-1], replace(one.life[-1], state=EngagementState.ACTIVE))]))
        agreed[name] = replace(one, pager=pager, authority=authority, agreement=agreement, life=life)
    held = st.lists(st.sampled_from(["r1", "r2"]), unique=True).map(tuple)
    things = {ref: replace(thing, repositories=draw(held)) for ref, thing in drawn.things.items()}
    return replace(
        drawn,
        sre_teams=teams,
        engagements=agreed,
        things=things,
        hours={"office": OFFICE},
        admins=draw(st.frozensets(people, max_size=1)),
    )


@st.composite
def broken(draw: st.DrawFn, at: datetime) -> list[BrokenGlass]:
    """Draw a glass for each person and thing: asked for by the hour, before, at or after the instant, for too long as well."""
    hours = st.integers(-6, 6).map(lambda count: timedelta(hours=count))
    asked = [(made.ref(name, "user"), made.ref(thing)) for name in PEOPLE for thing in THINGS]
    opened = [(holder, thing, at + draw(hours)) for holder, thing in asked]
    return [
        BrokenGlass("g", holder, thing, draw(people), since, at + draw(hours), "") for holder, thing, since in opened
    ]


def leads_of(organization: Organization) -> set[EntityRef | None]:
    agreements = [each.agreement for each in organization.engagements.values() if each.agreement is not None]
    return {lead for each in agreements for lead in (each.sre_lead, each.partner_lead)}


@settings(checked, max_examples=150)
@given(richer(), instants, st.data())
def test_nobody_may_more_than_the_design_says_and_what_it_says_they_may(
    organization: Organization, at: datetime, data: st.DataObject
) -> None:
    glass = data.draw(broken(at))
    for thing in organization.things.values():
        for name in PEOPLE:
            person = made.ref(name, "user")
            expected = Oracle(organization, person, thing, at, glass).may()
            for action in Action:
                decision = decide(organization, person, action, thing.ref, at, glass=glass)
                if action in BY_OFFICE:
                    assert not decision.allowed or (
                        decision.by == BY_OFFICE[action] and person in leads_of(organization)
                    )
                    continue
                if decision.by == "adviser":  # whose advice is asked for is not a matter of authority alone
                    assert action is Action.RECOMMEND
                    continue
                if action is Action.BREAK_GLASS and not decision.allowed:  # nobody is there to approve it
                    continue
                assert decision.allowed == (action.value in expected), (action, name, str(thing.ref), decision)
