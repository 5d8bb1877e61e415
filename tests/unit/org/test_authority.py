"""The table of authority, whole: every role, and every implementation, times every action.

Cells are read as `y` (may) and `.` (may not). In the tables by implementation a cell has three: a thing that the team's own
group owns, a thing of the partner that the engagement covers, and somebody else's thing.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime

import pytest

from tests.unit.org import made
from watchbill.org.authority import TABLE, Action, Decision, decide
from watchbill.org.charters import Engagement, EngagementState, Implementation
from watchbill.org.organization import Organization
from watchbill.org.values import EntityRef

BY_ROLE = """
                  onWatch reached member owner adviser consultant lead admin anyone
acknowledge       y       y       y      y     .       .          .    .     .
resolve           y       y       y      y     .       .          .    .     .
handOver          y       y       y      y     .       .          .    .     .
silence           .       .       y      y     .       .          .    .     .
declareIncident   y       y       y      y     y       y          y    y     y
leadIncident      y       .       y      y     .       .          .    .     .
recommend         .       .       y      y     y       y          .    .     .
changeCode        .       .       y      y     .       .          .    .     .
changeConfig      .       .       y      y     .       .          .    .     .
breakGlass        .       .       .      .     .       y          .    .     .
administer        .       .       .      .     .       .          .    y     .
"""

ENGAGED = """
                  kitchenSink infrastructure tools product embedded consulting
acknowledge       yyy         yy.            yy.   yy.     yy.      y..
resolve           yyy         yy.            yy.   yy.     yy.      y..
handOver          yyy         yy.            yy.   yy.     yy.      y..
silence           yyy         yy.            yy.   yy.     yy.      y..
declareIncident   yyy         yyy            yyy   yyy     yyy      yyy
leadIncident      yyy         yy.            yy.   yy.     yy.      y..
recommend         yyy         yy.            yy.   yy.     yy.      yy.
changeCode        yyy         y..            y..   yy.     yy.      y..
changeConfig      yyy         y..            y..   yy.     yy.      y..
breakGlass        ...         ...            ...   ...     ...      .y.
administer        ...         ...            ...   ...     ...      ...
"""

ENDED = """
                  kitchenSink infrastructure tools product embedded consulting
acknowledge       yyy         y..            y..   y..     y..      y..
resolve           yyy         y..            y..   y..     y..      y..
handOver          yyy         y..            y..   y..     y..      y..
silence           yyy         y..            y..   y..     y..      y..
declareIncident   yyy         yyy            yyy   yyy     yyy      yyy
leadIncident      yyy         y..            y..   y..     y..      y..
recommend         yyy         y..            y..   y..     y..      y..
changeCode        yyy         y..            y..   y..     y..      y..
changeConfig      yyy         y..            y..   y..     y..      y..
breakGlass        ...         ...            ...   ...     ...      ...
administer        ...         ...            ...   ...     ...      ...
"""

MEMBER = made.ref("mia", "user")
OWNER = made.ref("olu", "user")
STRANGER = made.ref("stan", "user")
ADVISER = made.ref("ada", "user")
CONSULTANT = made.ref("con", "user")
ADMIN = made.ref("adam", "user")
CART = made.ref("cart")


def printed(cell: Callable[[Action, str], str], columns: list[str]) -> str:
    """Print a table in the form of those above."""
    lines = ["                  " + " ".join(columns)]
    lines += [
        (f"{action.value:<18}" + " ".join(cell(action, column).ljust(len(column)) for column in columns)).rstrip()
        for action in Action
    ]
    return "\n" + "\n".join(lines) + "\n"


def mark(decision: Decision) -> str:
    return "y" if decision.allowed else "."


def engaged_with(implementation: Implementation, state: EngagementState) -> Organization:
    """Make an organisation where a team owns `own`, is or was engaged for `cart` of the developers, and not for `far`."""
    everything = made.scope(everything=True) if implementation is Implementation.KITCHEN_SINK else None
    team = made.team("sre", implementation, everything)
    return made.organization(
        things=[made.thing("own", "sre"), made.thing("cart", "devs"), made.thing("far", "others")],
        teams=[team],
        engagements=[made.engagement("e", team, made.scope(things=["cart"]), state=state)],
        members={"sre": ["mia"], "devs": ["olu"], "others": ["stan"]},
    )


def test_every_role_may_exactly_what_the_table_says() -> None:
    sink = made.team("sre", Implementation.KITCHEN_SINK, made.scope(everything=True))
    product = made.team("product", Implementation.PRODUCT, made.scope(things=["cart"]))
    advisers = made.team("advisers", Implementation.CONSULTING)
    organization = made.organization(
        things=[made.thing("cart", "devs")],
        teams=[sink, product, advisers],
        engagements=[made.engagement("e", advisers, made.scope(things=["cart"]))],
        members={"sre": ["mia"], "devs": ["olu"], "product": ["ada"], "advisers": ["con"]},
        admins=["adam"],
        people=["stan", "lead-sre"],
    )
    people = {
        "onWatch": STRANGER,
        "reached": STRANGER,
        "member": MEMBER,
        "owner": OWNER,
        "adviser": ADVISER,
        "consultant": CONSULTANT,
        "lead": made.ref("lead-sre", "user"),
        "admin": ADMIN,
        "anyone": STRANGER,
    }

    def cell(action: Action, role: str) -> str:
        on_watch, reached = role == "onWatch", role == "reached"
        return mark(decide(organization, people[role], action, CART, made.AT, on_watch=on_watch, reached=reached))

    assert printed(cell, list(people)) == BY_ROLE


@pytest.mark.parametrize(
    ("state", "table"), [(EngagementState.ACTIVE, ENGAGED), (EngagementState.ENDED, ENDED)], ids=["active", "ended"]
)
def test_every_implementation_may_exactly_what_the_table_says(state: EngagementState, table: str) -> None:
    def cell(action: Action, implementation: str) -> str:
        organization = engaged_with(Implementation(implementation), state)
        return "".join(
            mark(decide(organization, MEMBER, action, made.ref(thing), made.AT)) for thing in ("own", "cart", "far")
        )

    assert printed(cell, [each.value for each in Implementation]) == table


def with_engagement(team_of: Implementation, **terms: object) -> Organization:
    team = made.team("sre", team_of)
    engagement: Engagement = made.engagement("e", team, made.scope(things=["cart"]), **terms)  # type: ignore[arg-type]
    return made.organization(
        things=[made.thing("cart", "devs")],
        teams=[team],
        engagements=[engagement],
        members={"sre": ["mia"], "devs": ["olu"]},
        people=["stan"],
    )


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
    assert glass.requires == ("reason", "approver from the partner", "end within 4 hours")


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
        members={"sre": ["mia"], "devs": ["mia"]},
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
