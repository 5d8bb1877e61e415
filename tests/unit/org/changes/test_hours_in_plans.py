"""A pager that is left with nobody outside of its hours is told as that, and not as one that nobody ever answers."""

from __future__ import annotations

from datetime import time
from typing import Any

from tests.unit.org import made
from watchbill.cli.plan_words import sections
from watchbill.org.changes import Plan, compare
from watchbill.org.charters import Hours, Implementation
from watchbill.org.entities import Tier
from watchbill.org.organization import Organization
from watchbill.teams.plan import as_json

OFFICE = (Hours(frozenset(range(5)), time(9), time(17)),)
SRE = made.team("sre", Implementation.PRODUCT)


def with_pager(policies: tuple[str, ...] = ("sre",), **terms: Any) -> Organization:
    return made.organization(
        things=[made.thing("cart", tier=Tier.CRITICAL)],
        teams=[SRE],
        engagements=[made.engagement("e", SRE, made.scope(things=["cart"]), **terms)],
        members={"sre": ["ana"], "devs": ["olu"]},
        policies=[made.policy(group) for group in policies],
        hours={"office": OFFICE},
    )


def lines(plan: Plan, new: Organization) -> dict[str, list[str]]:
    answer = as_json(plan, new, ("old", "new"))
    return {section.title: [line for entry in section.entries for line in entry.lines] for section in sections(answer)}


def test_who_is_paged_within_hours_stays_told_beside_the_nobody_outside_of_them() -> None:
    old, new = with_pager(), with_pager(hours="office")
    plan = compare(old, new, made.AT)
    assert lines(plan, new)["Pagers"] == [
        "− sre, paging group:sre by the policy sre",
        "+ sre, paging group:sre mon-fri 09:00–17:00 by the policy sre, else nobody: no EscalationPolicy is for group:devs",
    ]
    (harm,) = [harm for harm in plan.harms if harm.rule == "nobody-answers"]
    assert harm.text == (
        "Nobody could be paged outside hours for critical component:cart: no EscalationPolicy is for group:devs."
    )


def test_from_nobody_at_night_to_nobody_at_all_is_a_harm_again() -> None:
    night, never = with_pager(hours="office"), with_pager((), hours="office")
    assert [harm.rule for harm in compare(night, never, made.AT).harms][-1] == "nobody-answers"
    assert "nobody-answers" not in {harm.rule for harm in compare(never, night, made.AT).harms}


def test_with_a_policy_the_partner_answers_outside_of_hours() -> None:
    old, new = with_pager(("sre", "devs")), with_pager(("sre", "devs"), hours="office")
    plan = compare(old, new, made.AT)
    assert plan.harms == ()
    assert lines(plan, new)["Pagers"][1] == (
        "+ sre, paging group:sre mon-fri 09:00–17:00 by the policy sre, else group:devs"
    )
