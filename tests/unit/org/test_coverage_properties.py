"""What must hold for every organisation: at most one holder, an answer or a gap, and no dependence on the order of documents."""

from __future__ import annotations

import random
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.unit.org import made
from watchbill.org.authority import Action, decide
from watchbill.org.charters import AlertClass, Engagement, EngagementState, Implementation, Scope, SRETeam
from watchbill.org.coverage import coverage, pager
from watchbill.org.organization import Organization
from watchbill.org.standing import check_standing, ties

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
    return made.engagement(
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


@checked
@given(organizations(), instants, st.sampled_from(AlertClass))
def test_every_thing_has_one_holder_with_a_policy_or_a_gap_that_says_what_is_missing(
    organization: Organization, at: datetime, alert_class: AlertClass
) -> None:
    for thing in organization.things:
        found = pager(organization, thing, alert_class, at)
        assert (found.policy is None) == (found.gap is not None)
        assert found.holder is not None or found.gap is not None
        if found.policy is not None and found.engagement is None:
            assert found.holder in organization.escalation_policies[found.policy].groups
        assert found.team not in found.advisers
        assert found.holder not in found.told


@checked
@given(organizations(), instants, st.integers())
def test_the_order_of_documents_changes_nothing(organization: Organization, at: datetime, seed: int) -> None:
    other = shuffled(organization, seed)
    assert coverage(other, at) == coverage(organization, at)
    assert set(check_standing(other, at)) == set(check_standing(organization, at))


@checked
@given(organizations(), instants)
def test_a_team_covers_a_thing_only_by_an_engagement_in_force_or_by_its_charter(
    organization: Organization, at: datetime
) -> None:
    for found in coverage(organization, at):
        if found.engagement is not None:
            engagement = organization.engagements[found.engagement]
            assert engagement.state_at(at.date()) in {EngagementState.ACTIVE, EngagementState.HANDING_BACK}
            assert engagement.sre == found.team
        elif found.team is not None:
            kind = organization.sre_teams[found.team].implementation
            assert kind in {Implementation.KITCHEN_SINK, Implementation.INFRASTRUCTURE, Implementation.TOOLS}


@checked
@given(organizations(), instants)
def test_a_thing_is_covered_exactly_where_it_is_claimed_and_not_tied(organization: Organization, at: datetime) -> None:
    tied = {
        found.thing for found in coverage(organization, at) if any(because.rule == "tie" for because in found.because)
    }
    assert bool(tied) == bool(ties(organization, at))
    assert all(found.team is None for found in coverage(organization, at) if found.thing in tied)


@checked
@given(organizations(), instants)
def test_between_two_moves_and_ends_the_answers_stand_still(organization: Organization, at: datetime) -> None:
    changes = {move.on for each in organization.engagements.values() for move in each.life}
    changes |= {each.ends + timedelta(days=1) for each in organization.engagements.values() if each.ends}
    tomorrow = at + timedelta(days=1)
    if tomorrow.date() not in changes:
        assert [(each.holder, each.team) for each in coverage(organization, tomorrow)] == [
            (each.holder, each.team) for each in coverage(organization, at)
        ]


@checked
@given(organizations(), instants, st.sampled_from([Action.CHANGE_CODE, Action.CHANGE_CONFIG, Action.SILENCE]))
def test_authority_never_exceeds_ownership_the_engagement_and_the_implementation(
    organization: Organization, at: datetime, action: Action
) -> None:
    for thing in organization.things.values():
        covered = pager(organization, thing.ref, AlertClass.APPLICATION, at)
        for name in PEOPLE:
            person = made.ref(name, "user")
            decision = decide(organization, person, action, thing.ref, at)
            owns = person in organization.groups[thing.owner].members
            if not decision.allowed or owns:
                continue
            if decision.by == "member":
                assert covered.team is not None
                assert person in organization.groups[organization.sre_teams[covered.team].group].members
                agreed = organization.engagements[covered.engagement].authority if covered.engagement else None
                assert agreed is None or action.value in agreed
            else:
                assert (decision.by, action) == ("consultant", Action.SILENCE)
