"""Who belongs to a group on a day: who is past their last day in an SRE team has none of its rights, and its pages miss them."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest

from tests.unit.org import made
from tests.unit.org.engaged import CART, MEMBER, OWNER, with_policy
from watchbill.org.authority import Action, decide, decide_approval
from watchbill.org.belonging import members_of
from watchbill.org.charters import Implementation
from watchbill.org.organization import Organization
from watchbill.practices.oncall.frozen_policy import FrozenPolicy
from watchbill.practices.oncall.reach import reach_of

LAST_DAY = date(2026, 4, 30)
BEFORE, AFTER = (
    datetime(2026, 4, 30, 21, 59, tzinfo=UTC),
    datetime(2026, 4, 30, 22, 0, tzinfo=UTC),
)  # midnight in Berlin
CLUSTER, SRE = made.ref("cluster"), made.ref("sre", "group")


def with_a_leaver(implementation: Implementation, group_leads: bool = False) -> Organization:
    """Mia leaves a team that owns `cluster` and is engaged for `cart`; Bob stays."""
    team = made.team("sre", implementation, until={"mia": LAST_DAY})
    team = replace(team, approved_by=SRE) if group_leads else team
    engagement = with_policy(made.engagement("e", team, made.scope(things=["cart"])))
    return made.organization(
        things=[made.thing("cluster", "sre"), made.thing("cart", "devs")],
        teams=[team],
        engagements=[engagement],
        members={"sre": ["mia", "bob"], "devs": ["olu"]},
        policies=[made.policy("sre")],
    )


def test_the_last_day_is_the_last_on_which_they_belong() -> None:
    organization = with_a_leaver(Implementation.PRODUCT)
    bob = made.ref("bob", "user")
    assert members_of(organization, SRE, LAST_DAY) == {bob, MEMBER}
    assert members_of(organization, SRE, date(2026, 5, 1)) == {bob}
    assert members_of(organization, made.ref("nobody", "group"), LAST_DAY) == frozenset()


@pytest.mark.parametrize(
    "action", [Action.CHANGE_CODE, Action.SILENCE, Action.EDIT_GOAL, Action.ACCEPT_RECOMMENDATION, Action.ACKNOWLEDGE]
)
@pytest.mark.parametrize("implementation", [Implementation.INFRASTRUCTURE, Implementation.PRODUCT])
def test_who_left_has_no_right_as_an_owner(implementation: Implementation, action: Action) -> None:
    organization = with_a_leaver(implementation)
    assert decide(organization, MEMBER, action, CLUSTER, BEFORE).allowed
    assert not decide(organization, MEMBER, action, CLUSTER, AFTER).allowed


def test_who_left_does_not_give_the_approval_of_their_side() -> None:
    organization = with_a_leaver(Implementation.PRODUCT)
    for at, may in ((BEFORE, True), (AFTER, False)):
        act = decide(organization, OWNER, Action.EDIT_GOAL, CART, at)
        assert act.approver == SRE
        assert decide_approval(organization, MEMBER, act, at, of=OWNER).allowed is may


def test_who_left_leads_nothing_that_the_group_leads() -> None:
    organization = with_a_leaver(Implementation.PRODUCT, group_leads=True)
    assert decide(organization, MEMBER, Action.MANAGE_ENGAGEMENT, CART, BEFORE).allowed
    assert not decide(organization, MEMBER, Action.MANAGE_ENGAGEMENT, CART, AFTER).allowed


def test_who_left_approves_no_budget_in_the_name_of_the_group() -> None:
    policy = made.budget_policy("standard")
    policy = replace(policy, states=(replace(policy.states[0], approvers=(SRE,)),))
    organization = replace(with_a_leaver(Implementation.PRODUCT), budget_policies={"standard": policy})
    assert decide(organization, MEMBER, Action.OVERRIDE_GATE, CART, BEFORE).allowed
    assert not decide(organization, MEMBER, Action.OVERRIDE_GATE, CART, AFTER).allowed


def test_a_page_to_the_group_misses_who_left() -> None:
    organization = with_a_leaver(Implementation.PRODUCT)
    policy = FrozenPolicy(organization.escalation_policies["sre"], ZoneInfo("Europe/Berlin"))

    def reached(at: datetime) -> list[str]:
        reach = reach_of(policy.policy.steps[0], policy, organization, {}, at)
        return [each.name for each in reach.recipients]

    assert (reached(BEFORE), reached(AFTER)) == (["user:bob", "user:mia"], ["user:bob"])
