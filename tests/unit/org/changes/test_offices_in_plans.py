"""A change of who may: people who leave their team now or later, and offices that are given to others."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest

from tests.unit.org import made
from tests.unit.org.engaged import with_policy
from watchbill.cli.plan_words import sections, summary
from watchbill.org.authority import Action, decide
from watchbill.org.changes import Span, compare
from watchbill.org.charters import Implementation
from watchbill.org.organization import Organization
from watchbill.teams.plan import as_json

ANA, BOB = made.ref("ana", "user"), made.ref("bob", "user")
CART, SRE = made.ref("cart"), made.ref("sre", "group")
TODAY = made.AT.date()


def organization(until: dict[str, date] | None = None, lead: str = "pia", admins: str = "ana") -> Organization:
    team = made.team("sre", Implementation.PRODUCT, until=until)
    engagement = made.engagement("e", team, made.scope(things=["cart"]))
    engagement = with_policy(engagement, sre_lead=ANA, partner_lead=made.ref(lead, "user"))
    return made.organization(
        things=[made.thing("cart")],
        teams=[team],
        engagements=[engagement],
        members={"sre": ["ana", "bob"], "devs": ["pia", "olu"]},
        policies=[made.policy("sre"), made.policy("devs")],
        admins=[admins],
    )


@pytest.mark.parametrize("last", [TODAY - timedelta(days=30), date(2026, 12, 31)], ids=["left", "leaves"])
def test_who_leaves_is_told_with_the_day_on_which_their_rights_end(last: date) -> None:
    old, new = organization(), organization({"ana": last})
    (change,) = compare(old, new, made.AT).people
    since = last + timedelta(days=1) if last > TODAY else None
    assert (change.user, change.joins, change.leaves) == (ANA, (), (SRE,))
    assert change.span == Span(since, None)
    gone = made.AT if since is None else made.AT + (since - TODAY)
    assert not decide(new, ANA, Action.CHANGE_CODE, CART, gone).allowed
    assert decide(new, BOB, Action.CHANGE_CODE, CART, gone).allowed


def test_who_stays_longer_is_told_for_the_days_between() -> None:
    old, new = organization({"ana": date(2026, 8, 31)}), organization({"ana": date(2026, 12, 31)})
    (change,) = compare(old, new, made.AT).people
    assert (change.joins, change.leaves, change.span) == ((SRE,), (), Span(date(2026, 9, 1), date(2026, 12, 31)))


def test_offices_that_others_come_to_hold_are_told_with_both() -> None:
    old, new = organization(), organization(lead="olu", admins="bob")
    policy = made.budget_policy("standard", "pia")
    old = replace(old, budget_policies={"standard": policy})
    new = replace(new, budget_policies={"standard": made.budget_policy("standard", "pia", "olu")})
    plan = compare(old, new, made.AT)
    answer = as_json(plan, new, ("old", "new"))
    assert [(each["of"], each["office"], each["before"], each["after"]) for each in answer["offices"]] == [
        ("Engagement e", "leads for the partner", ["user:pia"], ["user:olu"]),
        ("Engagement e", "lets exceptions to budgets pass", ["user:pia"], ["user:olu", "user:pia"]),
        ("Organization", "administers", ["user:ana"], ["user:bob"]),
    ]
    assert summary(answer) == "No harm. 3 offices held by others."
    (section,) = [each for each in sections(answer) if each.title == "Offices"]
    assert [(entry.head, entry.lines) for entry in section.entries] == [
        ("Engagement e: leads for the partner, at once", ("− user:pia", "+ user:olu")),
        ("Engagement e: lets exceptions to budgets pass, at once", ("+ user:olu",)),
        ("Organization: administers, at once", ("− user:ana", "+ user:bob")),
    ]
