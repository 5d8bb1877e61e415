"""Whose approval an act needs, who may give it, and what is said where nobody could."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.unit.org import made
from tests.unit.org.engaged import CART, MEMBER, OWNER, STRANGER, with_engagement, with_policy
from watchbill.org.authority import TABLE, Action, Role, decide, decide_approval
from watchbill.org.charters import EngagementState, Implementation
from watchbill.org.organization import Organization
from watchbill.org.standing import check_standing
from watchbill.org.values import EntityRef


def test_a_goal_needs_the_yes_of_the_other_side_whoever_proposes_it() -> None:
    organization = with_engagement(Implementation.PRODUCT)
    by_member = decide(organization, MEMBER, Action.EDIT_GOAL, CART, made.AT)
    by_owner = decide(organization, OWNER, Action.EDIT_GOAL, CART, made.AT)
    assert (str(by_member.approver), str(by_owner.approver)) == ("group:devs", "group:sre")
    assert by_member.requires == ("the approval of group:devs",)
    assert decide_approval(organization, OWNER, by_member, made.AT, of=MEMBER).allowed
    refused = decide_approval(organization, STRANGER, by_member, made.AT, of=MEMBER)
    assert (refused.allowed, refused.instead) == (False, ("ask for the approval of group:devs",))


def test_a_side_that_may_set_goals_sets_them_alone() -> None:
    organization = with_engagement(Implementation.PRODUCT, authority=["setGoals"])
    decision = decide(organization, MEMBER, Action.EDIT_GOAL, CART, made.AT)
    assert (decision.allowed, decision.approver, decision.requires) == (True, None, ())
    assert decide(organization, OWNER, Action.EDIT_GOAL, CART, made.AT).approver is not None


def test_who_owns_what_no_sre_team_covers_sets_its_goals_alone() -> None:
    organization = made.organization(things=[made.thing("cart", "devs")], members={"devs": ["olu"]})
    assert decide(organization, OWNER, Action.EDIT_GOAL, CART, made.AT).approver is None


def test_nobody_approves_what_they_ask_for_even_as_one_of_both_sides() -> None:
    team = made.team("sre", Implementation.PRODUCT)
    organization = made.organization(
        things=[made.thing("cart", "devs")],
        teams=[team],
        engagements=[made.engagement("e", team, made.scope(things=["cart"]))],
        members={"sre": ["mia"], "devs": ["mia"]},
    )
    act = decide(organization, MEMBER, Action.EDIT_GOAL, CART, made.AT)
    refused = decide_approval(organization, MEMBER, act, made.AT, of=MEMBER)
    assert (refused.allowed, refused.because[0].text) == (False, "Nobody approves what they ask for themselves.")


def test_what_one_side_does_with_an_engagement_the_lead_of_the_other_confirms() -> None:
    team = made.team("sre", Implementation.PRODUCT)
    engagement = with_policy(
        made.engagement("e", team, made.scope(things=["cart"])), sre_lead=MEMBER, partner_lead=OWNER
    )
    organization = made.organization(
        things=[made.thing("cart", "devs")],
        teams=[team],
        engagements=[engagement],
        members={"sre": ["mia"], "devs": ["olu"]},
        people=["stan"],
    )

    def confirms(person: EntityRef) -> EntityRef | None:
        return decide(organization, person, Action.MANAGE_ENGAGEMENT, CART, made.AT).approver

    assert (confirms(MEMBER), confirms(OWNER)) == (OWNER, MEMBER)
    assert not decide(organization, STRANGER, Action.MANAGE_ENGAGEMENT, CART, made.AT).allowed
    assert not decide(organization, MEMBER, Action.MANAGE_ENGAGEMENT, made.ref("far"), made.AT).allowed


def test_who_decides_disputes_confirms_in_the_place_of_either_lead() -> None:
    organization = agreed_with(EngagementState.ACTIVE, escalate_to=made.ref("boss", "user"))
    act = decide(organization, MEMBER, Action.MANAGE_ENGAGEMENT, CART, made.AT)
    assert act.requires == ("reason", "the approval of user:olu or user:boss")
    assert decide_approval(organization, made.ref("boss", "user"), act, made.AT, of=MEMBER).allowed
    assert not decide_approval(organization, STRANGER, act, made.AT, of=MEMBER).allowed


@pytest.mark.parametrize(
    ("state", "manages"),
    [(state, state not in {EngagementState.ENDED, EngagementState.DECLINED}) for state in EngagementState],
)
def test_an_engagement_is_managed_by_its_leads_until_it_is_over(state: EngagementState, manages: bool) -> None:
    organization = agreed_with(state)
    for lead in (MEMBER, OWNER):
        assert decide(organization, lead, Action.MANAGE_ENGAGEMENT, CART, made.AT).allowed is manages


def agreed_with(state: EngagementState, escalate_to: EntityRef | None = None) -> Organization:
    """Make a product team engaged for `cart`, led by its member and the owner."""
    team = replace(made.team("sre", Implementation.PRODUCT), approved_by=None)
    engagement = made.engagement("e", team, made.scope(things=["cart"]), state=state)
    engagement = with_policy(engagement, sre_lead=MEMBER, partner_lead=OWNER)
    assert engagement.agreement is not None
    engagement = replace(engagement, agreement=replace(engagement.agreement, escalate_to=escalate_to))
    return made.organization(
        things=[made.thing("cart", "devs")],
        teams=[team],
        engagements=[engagement],
        members={"sre": ["mia"], "devs": ["olu"]},
        people=["stan", "boss"],
    )


@pytest.mark.parametrize(
    ("developers", "lead", "approver"),
    [
        (["olu"], None, "group:devs"),
        (["olu"], "pia", "group:devs"),
        ([], "pia", "user:pia"),
        (["mia"], None, None),
        ([], None, None),
        ([], "mia", None),
    ],
    ids=["its people", "its people or its lead", "its lead alone", "the asker alone", "nobody", "the asker leads it"],
)
def test_glass_is_offered_where_somebody_of_the_partner_could_approve_it(
    developers: list[str], lead: str | None, approver: str | None
) -> None:
    team = made.team("sre", Implementation.CONSULTING)
    engagement = with_policy(
        made.engagement("e", team, made.scope(things=["cart"])),
        partner_lead=made.ref(lead, "user") if lead is not None else None,
    )
    organization = made.organization(
        things=[made.thing("cart", "devs")],
        teams=[team],
        engagements=[engagement],
        members={"sre": ["mia"], "devs": developers},
        people=["pia", "lead-sre"],
    )
    glass = decide(organization, MEMBER, Action.BREAK_GLASS, CART, made.AT)
    assert (str(glass.approver) if glass.approver is not None else None) == approver
    assert glass.allowed is (approver is not None)
    ways = decide(organization, MEMBER, Action.SILENCE, CART, made.AT).instead
    if glass.allowed:
        assert ways[1] == f"break glass: with a reason and {glass.requires[-1]}, for at most 4 hours"
        return
    nobody = "nobody of group:devs who could approve it is in the catalog; ask user:lead-sre to name a partner's lead"
    assert glass.instead[-1].startswith(f"{nobody} in Engagement e (org.yaml:")
    if MEMBER.name not in developers:
        assert ways[1] == f"break glass, once it can be approved: {glass.instead[-1]}"


def test_a_glass_opens_nothing_that_the_owner_may_not_do() -> None:
    opened = [rule.roles for rule in TABLE.values() if Role.BROKEN_GLASS in rule.roles]
    assert opened
    assert all(Role.OWNER in roles for roles in opened)


def test_a_lead_who_is_not_of_the_partners_group_approves_glass_beside_its_people() -> None:
    team = made.team("sre", Implementation.CONSULTING)
    engagement = with_policy(
        made.engagement("e", team, made.scope(things=["cart"])), partner_lead=made.ref("pia", "user")
    )
    organization = made.organization(
        things=[made.thing("cart", "devs")],
        teams=[team],
        engagements=[engagement],
        members={"sre": ["mia"], "devs": ["olu"]},
        people=["pia", "stan"],
    )
    act = decide(organization, MEMBER, Action.BREAK_GLASS, CART, made.AT)
    approve = {
        name: decide_approval(organization, made.ref(name, "user"), act, made.AT, of=MEMBER) for name in ("pia", "olu")
    }
    assert [each.ground for each in approve.values()] == [
        "approver: user:pia is asked for it by name.",
        "approver: user:olu speaks for group:devs.",
    ]
    assert not decide_approval(organization, STRANGER, act, made.AT, of=MEMBER).allowed


@pytest.mark.parametrize(
    ("leads", "developers", "asked", "may"),
    [
        ({}, ["olu", "ruth"], "group:devs", ["olu"]),
        ({}, ["ruth"], None, []),
        ({"partner_lead": "ruth"}, ["olu"], "group:devs", ["olu"]),
        ({"partner_lead": "ruth"}, [], None, []),
        ({"sre_lead": "olu"}, ["olu", "pia"], "group:devs", ["pia"]),
    ],
    ids=["a colleague of theirs", "nobody else", "led by a colleague", "a colleague alone", "the SREs' lead of theirs"],
)
def test_nobody_of_the_consultants_own_side_approves_their_glass(
    leads: dict[str, str], developers: list[str], asked: str | None, may: list[str]
) -> None:
    team = made.team("sre", Implementation.CONSULTING)
    agreed = {side: made.ref(name, "user") for side, name in leads.items()}
    organization = made.organization(
        things=[made.thing("cart", "devs")],
        teams=[team],
        engagements=[with_policy(made.engagement("e", team, made.scope(things=["cart"])), **agreed)],
        members={"sre": ["mia", "ruth"], "devs": developers},
        people=["olu", "pia"],
    )
    act = decide(organization, MEMBER, Action.BREAK_GLASS, CART, made.AT)
    assert (str(act.approver) if act.approver is not None else None) == asked
    people = {name: made.ref(name, "user") for name in ("mia", "olu", "pia", "ruth")}
    approve = [
        name for name, one in people.items() if decide_approval(organization, one, act, made.AT, of=MEMBER).allowed
    ]
    assert approve == may


def test_what_is_not_the_partners_its_owner_alone_opens_and_lint_says_so() -> None:
    """Advisers agreed with Payroll on `settlement`, which the payments developers own: Payroll's Greta may not open it."""
    team = made.team("sre", Implementation.CONSULTING)
    agreed = made.engagement("e", team, made.scope(things=["settlement", "salaries", "wages"]), partner="payroll")
    organization = made.organization(
        things=[made.thing("settlement", "payments"), made.thing("salaries", "payroll"), made.thing("wages", "clerks")],
        teams=[team],
        engagements=[with_policy(agreed, partner_lead=made.ref("greta", "user"))],
        members={"sre": ["mia"], "payroll": ["greta"], "payments": ["pia"], "clerks": ["cai"]},
    )
    below = replace(organization.groups[made.ref("clerks", "group")], parent=made.ref("payroll", "group"))
    organization = replace(organization, groups={**organization.groups, below.ref: below})
    may = {}
    for name in ("settlement", "salaries", "wages"):
        act = decide(organization, MEMBER, Action.BREAK_GLASS, made.ref(name), made.AT)
        people = {each: made.ref(each, "user") for each in ("cai", "greta", "pia")}
        may[name] = {
            each for each, one in people.items() if decide_approval(organization, one, act, made.AT, of=MEMBER).allowed
        }
    assert may == {"settlement": {"pia"}, "salaries": {"greta"}, "wages": {"cai", "greta"}}
    (fault,) = [each for each in check_standing(organization, made.AT) if each.code == "advice-past-the-owner"]
    assert fault.message == (
        "The engagement e advises group:payroll on component:settlement, owned by group:payments: "
        "advice there goes to the owner, who alone opens it in an emergency."
    )
