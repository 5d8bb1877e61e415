"""What must hold for every organisation: at most one holder, an answer or a gap, and no dependence on the order of documents."""

from __future__ import annotations

from datetime import datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from tests.unit.org.drawn import checked, instants, organizations, shuffled
from watchbill.org.charters import AlertClass, EngagementState, Implementation
from watchbill.org.coverage import coverage, pager
from watchbill.org.duties import How, duties
from watchbill.org.implementations import PRACTICES
from watchbill.org.organization import Organization
from watchbill.org.standing import check_standing, ties
from watchbill.teams.coverage import covered


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
@given(organizations(), instants)
def test_coverage_is_total_every_class_and_practice_of_every_thing_has_one_answer_or_says_its_gap(
    organization: Organization, at: datetime
) -> None:
    found = covered(organization, at)
    assert [each.thing.ref for each in found] == sorted(organization.things)
    for each in found:
        assert [answer.alert_class for answer in each.pagers] == list(AlertClass)
        assert [duty.practice for duty in each.duties] == list(PRACTICES)
        assert all((answer.policy is None) == (answer.gap is not None) for answer in each.pagers)
        assert all((duty.accountable is None) == (duty.gap is not None) for duty in each.duties)


@checked
@given(organizations(), instants)
def test_the_claim_that_holds_the_pager_decides_the_practices(organization: Organization, at: datetime) -> None:
    pagers = {answer.thing: answer for answer in coverage(organization, at)}
    for duty in duties(organization, at):
        thing, answer = organization.things[duty.thing], pagers[duty.thing]
        assert (duty.team, duty.engagement) == (answer.team, answer.engagement)
        if duty.team is None:
            assert (duty.accountable, duty.how is How.SRE) == (thing.owner, False)
            continue
        group = organization.sre_teams[duty.team].group
        partner = organization.engagements[duty.engagement].partner if duty.engagement else thing.owner
        expected = group if duty.how is How.SRE else partner
        assert duty.accountable == (expected if expected in organization.groups else None)


@checked
@given(organizations(), instants, st.integers())
def test_the_order_of_documents_changes_nothing(organization: Organization, at: datetime, seed: int) -> None:
    other = shuffled(organization, seed)
    assert covered(other, at) == covered(organization, at)
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
