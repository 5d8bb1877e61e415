"""The table of authority, whole, as it stands in `authority_table.txt`; and what a decision says beside yes and no."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import get_args

import pytest

from tests.unit.org import made
from tests.unit.org.engaged import CART, MEMBER, OWNER, STRANGER, with_engagement, with_policy
from watchbill.org.authority import TABLE, Action, Decision, decide
from watchbill.org.broken_glass import BrokenGlass
from watchbill.org.charters import EngagementState, Implementation
from watchbill.org.organization import Organization
from watchbill.org.shapes.charter import ActionName
from watchbill.org.values import EntityRef

LEAD = made.ref("lead-sre", "user")
ADVISER = made.ref("ada", "user")
CONSULTANT = made.ref("con", "user")
ADMIN = made.ref("adam", "user")
TABLE_FILE = Path(__file__).with_name("authority_table.txt")


def broken(holder: EntityRef, thing: EntityRef, *, hours: int = 1, by: EntityRef = OWNER) -> BrokenGlass:
    """Make a glass that was broken an hour before the instant of the tests, open for `hours` from then on and one more."""
    opened_at = made.AT - timedelta(hours=1)
    return BrokenGlass("g", holder, thing, by, opened_at, opened_at + timedelta(hours=hours + 1), "cart is down")


def printed(title: str, cell: Callable[[Action, str], str], columns: list[str]) -> str:
    """Print one part of the table."""
    widths = {column: max(len(column), 4) for column in columns}
    lines = [title, "", f"{'':<22}" + " ".join(column.ljust(widths[column]) for column in columns)]
    lines += [
        f"{action.value:<22}" + " ".join(cell(action, column).ljust(widths[column]) for column in columns)
        for action in Action
    ]
    return "\n".join(line.rstrip() for line in lines) + "\n"


def mark(decision: Decision) -> str:
    if not decision.allowed:
        return "."
    return "2" if decision.approver is not None else "y"


def engaged_with(
    implementation: Implementation, state: EngagementState, authority: list[str] | None = None
) -> Organization:
    """Make an organisation where a team owns `own`, is or was engaged for `cart` of the developers, and not for `far`."""
    everything = made.scope(everything=True) if implementation is Implementation.KITCHEN_SINK else None
    team = made.team("sre", implementation, everything)
    return made.organization(
        things=[made.thing("own", "sre"), made.thing("cart", "devs"), made.thing("far", "others")],
        teams=[team],
        engagements=[made.engagement("e", team, made.scope(things=["cart"]), state=state, authority=authority)],
        members={"sre": ["mia"], "devs": ["olu"], "others": ["stan"]},
        people=["lead-sre"],
    )


def by_role() -> str:
    sink = made.team("sre", Implementation.KITCHEN_SINK, made.scope(everything=True))
    product = made.team("product", Implementation.PRODUCT, made.scope(things=["cart"]))
    advisers = made.team("advisers", Implementation.CONSULTING)
    organization = made.organization(
        things=[made.thing("cart", "devs")],
        teams=[sink, product, advisers],
        engagements=[
            with_policy(made.engagement("e", sink, made.scope(things=["cart"])), partner_lead=made.ref("pia", "user")),
            made.engagement("advice", advisers, made.scope(things=["cart"])),
            with_policy(
                made.engagement("help-for-sre", product, made.scope(things=["far"]), partner="sre"),
                partner_lead=made.ref("wil", "user"),
            ),
        ],
        members={"sre": ["mia"], "devs": ["olu"], "product": ["ada"], "advisers": ["con"]},
        admins=["adam"],
        people=["stan", "pia", "wil", "pat"],
    )
    organization = replace(organization, budget_policies={"standard": made.budget_policy("standard", "pat")})
    people = {
        "onWatch": STRANGER,
        "reached": STRANGER,
        "concerned": STRANGER,
        "member": MEMBER,
        "owner": OWNER,
        "adviser": ADVISER,
        "consultant": CONSULTANT,
        "brokenGlass": CONSULTANT,
        "lead": made.ref("pia", "user"),
        "watchLead": made.ref("wil", "user"),
        "approver": made.ref("pat", "user"),
        "admin": ADMIN,
        "anyone": STRANGER,
    }
    glass = broken(CONSULTANT, CART)

    def cell(action: Action, role: str) -> str:
        decision = decide(
            organization,
            people[role],
            action,
            CART,
            made.AT,
            on_watch=role == "onWatch",
            reached=role == "reached",
            concerned=role == "concerned",
            glass=[glass] if role == "brokenGlass" else [],
        )
        return mark(decision)

    return printed("What each role may, whatever else the person is", cell, list(people))


def by_implementation(
    title: str, state: EngagementState, authority: list[str] | None = None, person: EntityRef = MEMBER
) -> str:
    def cell(action: Action, implementation: str) -> str:
        organization = engaged_with(Implementation(implementation), state, authority)
        return "".join(
            mark(decide(organization, person, action, made.ref(thing), made.AT)) for thing in ("own", "cart", "far")
        )

    return printed(title, cell, [each.value for each in Implementation])


LEGEND = """\
y  may              2  may, with the approval of the other side        .  may not

By implementation a cell has three marks, for a member of the SRE team: a thing that the team's own group owns, a thing of the
partner that the engagement covers, and somebody else's thing.
"""


def test_the_table_of_authority_is_exactly_what_its_file_says() -> None:
    table = "\n".join(
        [
            LEGEND,
            by_role(),
            by_implementation("Members of an SRE team whose engagement is active", EngagementState.ACTIVE),
            by_implementation(
                "The same, where the engagement names every action that it can",
                EngagementState.ACTIVE,
                list(get_args(ActionName)),
            ),
            by_implementation("Members of an SRE team whose engagement has ended", EngagementState.ENDED),
            by_implementation(
                "The same, where it named every action", EngagementState.ENDED, list(get_args(ActionName))
            ),
            by_implementation(
                "Whoever approved the team's charter and is not of it, while the engagement is active",
                EngagementState.ACTIVE,
                person=LEAD,
            ),
            by_implementation("The same, once it has ended", EngagementState.ENDED, person=LEAD),
        ]
    )
    print(table)
    assert table == TABLE_FILE.read_text(encoding="utf-8")


def test_an_engagement_narrows_what_its_members_may_to_what_it_names() -> None:
    organization = with_engagement(Implementation.PRODUCT, authority=["changeConfig"])
    allowed = {action for action in Action if decide(organization, MEMBER, action, CART, made.AT).allowed}
    assert Action.CHANGE_CONFIG in allowed
    assert allowed.isdisjoint({Action.CHANGE_CODE, Action.SILENCE})
    assert {Action.ACKNOWLEDGE, Action.LEAD_INCIDENT} <= allowed
    refusal = decide(organization, MEMBER, Action.CHANGE_CODE, CART, made.AT)
    assert refusal.because[-1].rule == "authority-terms"
    assert refusal.because[-1].place == organization.engagements["e"].scope.place


def test_an_engagement_widens_what_its_members_may_where_it_says_so() -> None:
    organization = with_engagement(Implementation.INFRASTRUCTURE, authority=["changeConfig"])
    assert decide(organization, MEMBER, Action.CHANGE_CONFIG, CART, made.AT).allowed


def test_consultants_change_nothing_even_where_an_engagement_would_name_it() -> None:
    organization = with_engagement(Implementation.CONSULTING, authority=["changeCode", "silence"])
    assert not decide(organization, MEMBER, Action.CHANGE_CODE, CART, made.AT).allowed
    assert decide(organization, MEMBER, Action.SILENCE, CART, made.AT).by == "consultant"


def test_a_consultant_is_refused_with_two_ways_open_recommend_or_break_glass() -> None:
    organization = with_engagement(Implementation.CONSULTING)
    decision = decide(organization, MEMBER, Action.SILENCE, CART, made.AT)
    assert not decision.allowed
    assert decision.instead[0] == "recommend it to group:devs"
    assert decision.instead[1].startswith("break glass: with a reason and the approval of group:devs")
    glass = decide(organization, MEMBER, Action.BREAK_GLASS, CART, made.AT)
    assert glass.requires == ("reason", "end within 4 hours", "the approval of group:devs")


def test_a_stranger_is_sent_to_the_owner_or_to_an_engagement() -> None:
    organization = with_engagement(Implementation.PRODUCT)
    decision = decide(organization, STRANGER, Action.CHANGE_CODE, CART, made.AT)
    assert decision.instead == ("ask the owner, group:devs", "agree an engagement that covers it")
    assert "needs one of the roles member, owner" in decision.because[0].text


def test_whoever_has_several_roles_has_the_rights_of_all() -> None:
    team = made.team("sre", Implementation.CONSULTING)
    organization = made.organization(
        things=[made.thing("cart", "devs")],
        teams=[team],
        engagements=[made.engagement("e", team, made.scope(things=["cart"]))],
        members={"sre": ["mia"], "devs": ["mia", "olu"]},
        admins=["mia"],
    )
    by = {action: decide(organization, MEMBER, action, CART, made.AT).by for action in Action}
    assert (by[Action.CHANGE_CODE], by[Action.BREAK_GLASS], by[Action.ADMINISTER]) == ("owner", "consultant", "admin")


def test_before_its_readiness_review_a_product_team_only_recommends() -> None:
    organization = with_engagement(Implementation.PRODUCT, state=EngagementState.PREPARING)
    allowed = {action for action in Action if decide(organization, MEMBER, action, CART, made.AT).allowed}
    assert allowed == {Action.RECOMMEND, Action.DECLARE_INCIDENT}


def test_a_member_past_their_last_day_is_one_no_more() -> None:
    team = made.team("sre", Implementation.KITCHEN_SINK, made.scope(everything=True), until={"mia": date(2026, 5, 31)})
    organization = made.organization(things=[made.thing("cart")], teams=[team], members={"sre": ["mia"]})
    assert decide(organization, MEMBER, Action.CHANGE_CODE, CART, datetime(2026, 5, 31, 12, tzinfo=UTC)).allowed
    assert not decide(organization, MEMBER, Action.CHANGE_CODE, CART, datetime(2026, 6, 1, 12, tzinfo=UTC)).allowed


def test_a_page_for_nothing_in_the_catalog_belongs_to_the_catch_all() -> None:
    organization = made.organization(catch_all="platform", members={"platform": ["mia"]})
    for thing in (None, made.ref("unheard-of")):
        assert decide(organization, MEMBER, Action.ACKNOWLEDGE, thing, made.AT).by == "owner"
        assert not decide(organization, STRANGER, Action.ACKNOWLEDGE, thing, made.AT).allowed


def test_a_tie_gives_nobody_the_rights_of_a_member() -> None:
    teams = [made.team(name, Implementation.PRODUCT) for name in ("one", "two")]
    organization = made.organization(
        things=[made.thing("cart")],
        teams=teams,
        engagements=[made.engagement(f"with-{each.name}", each, made.scope(things=["cart"])) for each in teams],
        members={"one": ["mia"]},
    )
    assert not decide(organization, MEMBER, Action.CHANGE_CODE, CART, made.AT).allowed


def test_the_table_has_a_row_for_every_action() -> None:
    assert set(TABLE) == set(Action)


def test_what_must_come_with_an_act_is_named_where_it_is_allowed() -> None:
    organization = with_engagement(Implementation.PRODUCT)
    assert decide(organization, OWNER, Action.SILENCE, CART, made.AT).requires == ("reason", "end")


@pytest.mark.parametrize("action", list(Action))
def test_who_is_not_in_the_catalog_may_nothing_whatever_else_speaks_for_them(action: Action) -> None:
    organization = with_engagement(Implementation.KITCHEN_SINK)
    gone = made.ref("gone", "user")
    decision = decide(organization, gone, action, CART, made.AT, on_watch=True, reached=True, administrator=True)
    assert (decision.allowed, decision.by) == (False, "")
    assert decision.because[0].text == "user:gone is not in the catalog."
    assert decision.instead == ("ask an administrator to put user:gone into the catalog",)


def test_an_account_of_nobody_administers_where_the_console_said_so_and_does_nothing_else() -> None:
    organization = with_engagement(Implementation.KITCHEN_SINK)
    allowed = {each for each in Action if decide(organization, None, each, CART, made.AT, administrator=True).allowed}
    assert allowed == {Action.ADMINISTER}
    refused = decide(organization, None, Action.ADMINISTER, None, made.AT)
    assert refused.instead[1].endswith("watchbill invite E-MAIL --as user:NAME")


def test_administrators_are_those_of_the_organisation_and_those_of_the_console_and_the_ground_says_which() -> None:
    organization = made.organization(admins=["adam"], people=["stan"])

    def ground(person: EntityRef, *, flag: bool) -> str:
        return decide(organization, person, Action.ADMINISTER, None, made.AT, administrator=flag).ground

    by_console = "admin: The account was made an administrator's at the machine's console."
    assert ground(ADMIN, flag=False) == ground(ADMIN, flag=True) == "admin: user:adam is an administrator."
    assert (ground(STRANGER, flag=False), ground(STRANGER, flag=True)) == ("", by_console)
    removed = made.organization(people=["adam", "stan"])
    assert not decide(removed, ADMIN, Action.ADMINISTER, None, made.AT).allowed


@pytest.mark.parametrize(
    ("authority", "repositories", "code", "where"),
    [
        (None, None, True, ()),
        (None, {"acme/keys": []}, True, ("in acme/cart alone",)),
        (None, {"acme/keys": [], "acme/cart": []}, False, ()),
        ([], {"acme/cart": ["changeCode"]}, True, ("in acme/cart alone",)),
        ([], {"acme/other": ["changeCode"]}, False, ()),
    ],
    ids=["as the implementation says", "one closed", "all closed", "one opened", "another service's opened"],
)
def test_code_is_changed_in_the_repositories_that_the_agreement_opens(
    authority: list[str] | None, repositories: dict[str, list[str]] | None, code: bool, where: tuple[str, ...]
) -> None:
    team = made.team("sre", Implementation.PRODUCT)
    engagement = with_policy(made.engagement("e", team, made.scope(things=["cart"]), authority=authority))
    assert engagement.agreement is not None
    by_name = {name: frozenset(actions) for name, actions in repositories.items()} if repositories is not None else None
    engagement = replace(engagement, agreement=replace(engagement.agreement, repositories=by_name))
    organization = made.organization(
        things=[replace(made.thing("cart", "devs"), repositories=("acme/cart", "acme/keys"))],
        teams=[team],
        engagements=[engagement],
        members={"sre": ["mia"], "devs": ["olu"]},
    )
    decision = decide(organization, MEMBER, Action.CHANGE_CODE, CART, made.AT)
    assert (decision.allowed, decision.requires) == (code, where)
    assert decide(organization, OWNER, Action.CHANGE_CODE, CART, made.AT).requires == ()


def test_a_watch_is_changed_by_the_lead_of_the_group_that_stands_it() -> None:
    product, advisers = made.team("sre", Implementation.PRODUCT), made.team("advisers", Implementation.CONSULTING)
    advice = made.engagement("advice", advisers, made.scope(things=["payroll"]))
    organization = made.organization(
        things=[made.thing("cart", "devs"), made.thing("payroll", "devs")],
        teams=[product, advisers],
        engagements=[
            made.engagement("e", product, made.scope(things=["cart"])),
            with_policy(advice, partner_lead=OWNER),
        ],
        members={"sre": ["mia"], "devs": ["olu"]},
        policies=[made.policy("devs"), made.policy("sre")],
        people=["lead-sre", "lead-advisers"],
    )

    def leads(person: str, thing: str) -> bool:
        who = made.ref(person, "user")
        return decide(organization, who, Action.OVERRIDE_SHIFT, made.ref(thing), made.AT).by == "watchLead"

    assert leads("lead-sre", "cart")
    assert not leads("olu", "cart")
    assert leads("olu", "payroll")
    assert not leads("lead-advisers", "payroll")
    refused = decide(organization, OWNER, Action.SWAP, CART, made.AT)
    assert refused.instead == ("ask whoever gives the shift and whoever gets it, or the lead of group:sre",)


@pytest.mark.parametrize(
    ("glass", "opens"),
    [
        (broken(MEMBER, CART), True),
        (broken(STRANGER, CART), False),
        (broken(MEMBER, made.ref("far")), False),
        (broken(MEMBER, CART, hours=0), False),
        (broken(MEMBER, CART, by=MEMBER), False),
    ],
    ids=["its holder", "another holder", "another thing", "over", "approved by its holder"],
)
def test_broken_glass_lets_its_holder_change_that_thing_while_it_is_open(glass: BrokenGlass, opens: bool) -> None:
    organization = with_engagement(Implementation.CONSULTING)
    decision = decide(organization, MEMBER, Action.CHANGE_CONFIG, CART, made.AT, glass=[glass])
    assert decision.allowed is opens
    if opens:
        assert "approved by user:olu: cart is down" in decision.ground


def test_broken_glass_is_open_for_four_hours_at_most_whatever_it_says() -> None:
    organization = with_engagement(Implementation.CONSULTING)
    glass = broken(MEMBER, CART, hours=48)
    in_time, too_late = (made.AT + timedelta(hours=hours) for hours in (2, 3))
    assert decide(organization, MEMBER, Action.CHANGE_CODE, CART, in_time, glass=[glass]).allowed
    assert not decide(organization, MEMBER, Action.CHANGE_CODE, CART, too_late, glass=[glass]).allowed


def test_broken_glass_opens_nothing_once_the_engagement_has_ended() -> None:
    organization = with_engagement(Implementation.CONSULTING, state=EngagementState.ENDED)
    assert not decide(organization, MEMBER, Action.CHANGE_CODE, CART, made.AT, glass=[broken(MEMBER, CART)]).allowed
