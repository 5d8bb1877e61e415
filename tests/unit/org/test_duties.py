"""Who is accountable for a practice: the worked example asked of the example organisation, and each rule on a small one."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from tests.unit.org import made
from watchbill.org.charters import Engagement, EngagementState, Implementation
from watchbill.org.duties import Duty, How, duties, duty
from watchbill.org.folder import read
from watchbill.org.implementations import PRACTICES
from watchbill.org.organization import Organization
from watchbill.org.values import EntityRef

ACME = Path(__file__).parents[3] / "examples" / "acme"
SHOP = made.thing("shop")
PRODUCT = made.team("product", Implementation.PRODUCT)
ADVISERS = made.team("advisers", Implementation.CONSULTING)
MEMBERS = {"devs": ["dev"], "product": ["pia"], "advisers": ["adi"], "core": ["cem"], "tools": ["tom"]}


@pytest.fixture(scope="module")
def acme() -> Organization:
    reading = read(ACME)
    assert reading.organization is not None
    return reading.organization


def asked(organization: Organization, name: str, practice: str, day: str) -> Duty:
    at = datetime.fromisoformat(f"{day}T12:00:00+00:00").astimezone(UTC)
    return duty(organization, organization.things[EntityRef.parse(name, kind="component")], practice, at)


@pytest.mark.parametrize(
    ("name", "practice", "day", "expected"),
    [
        # Checkout SRE, a product team, is active over System checkout since 1 April, and leaves capacity to its partner
        ("cart", "incidents", "2026-05-03", ("sre", "group:sre-checkout", "practice-of-implementation")),
        ("cart", "chaos", "2026-05-03", ("sre", "group:sre-checkout", "practice-of-implementation")),
        ("cart", "capacity", "2026-05-03", ("partner", "group:cart-developers", "practice-agreed")),
        # in March it was still preparing: the kitchen sink covers cart, and designs in part only
        ("cart", "capacity", "2026-03-15", ("sre", "group:sre-core", "practice-of-implementation")),
        ("cart", "design", "2026-03-15", ("joint", "group:cart-developers", "owner-accountable")),
        # Mei is embedded in Mobile until 31 March; from then on the kitchen sink covers login
        ("login", "toil", "2026-03-31", ("sre", "group:sre-embedded", "practice-of-implementation")),
        ("login", "capacity", "2026-03-31", ("joint", "group:mobile-developers", "partner-accountable")),
        ("login", "capacity", "2026-04-01", ("sre", "group:sre-core", "practice-of-implementation")),
        # the platform's own systems and the tools team's own tools are theirs in every practice
        ("resource:cluster-eu", "chaos", "2026-05-03", ("sre", "group:sre-platform", "practice-own")),
        ("metrics", "chaos", "2026-05-03", ("sre", "group:sre-tools", "practice-own")),
        # the kitchen sink leaves these out; advisers hold nothing
        ("payroll", "goals", "2026-05-03", ("partner", "group:payroll-developers", "owner-accountable")),
        ("loyalty-points", "incidents", "2026-05-03", ("partner", "group:growth", "owner-accountable")),
    ],
)
def test_the_worked_example(
    acme: Organization, name: str, practice: str, day: str, expected: tuple[str, str, str]
) -> None:
    how, accountable, rule = expected
    found = asked(acme, name, practice, day)
    assert (found.how.value, str(found.accountable), found.gap) == (how, accountable, None)
    assert rule in {because.rule for because in found.because}


def test_every_thing_has_every_practice_once(acme: Organization) -> None:
    found = duties(acme, made.AT)
    assert [(each.thing, each.practice) for each in found] == [
        (thing, practice) for thing in sorted(acme.things) for practice in PRACTICES
    ]
    assert all(each.accountable is not None for each in found)


def engaged(engagement: Engagement) -> Organization:
    return made.organization(
        things=[SHOP], teams=[PRODUCT, ADVISERS], engagements=[engagement], members=MEMBERS, catch_all="devs"
    )


def test_an_agreement_goes_before_what_the_implementation_expects() -> None:
    agreed = made.engagement("e", PRODUCT, made.scope(things=["shop"]))
    agreed = replace(agreed, practices={"toil": "joint", "goals": "partner"})
    found = {each.practice: (each.how, str(each.accountable)) for each in duties(engaged(agreed), made.AT)}
    assert found["toil"] == (How.JOINT, "group:devs")
    assert found["goals"] == (How.PARTNER, "group:devs")
    assert found["change"] == (How.SRE, "group:product")


def test_what_is_still_preparing_gives_no_practice() -> None:
    preparing = made.engagement("e", PRODUCT, made.scope(things=["shop"]), state=EngagementState.PREPARING)
    found = duties(engaged(preparing), made.AT)
    assert {(each.how, each.team, str(each.accountable)) for each in found} == {(How.PARTNER, None, "group:devs")}


def test_advisers_take_part_where_it_was_agreed_and_the_owner_stays_accountable() -> None:
    advised = replace(made.engagement("e", ADVISERS, made.scope(things=["shop"])), practices={"goals": "joint"})
    found = {each.practice: each for each in duties(engaged(advised), made.AT)}
    assert (found["goals"].how, str(found["goals"].accountable)) == (How.JOINT, "group:devs")
    assert found["toil"].how is How.PARTNER
    assert "practice-advised" in {because.rule for because in found["goals"].because}


def test_two_equal_claims_leave_the_owner_accountable_and_name_both_documents() -> None:
    first, second = (made.engagement(name, PRODUCT, made.scope(things=["shop"])) for name in ("one", "two"))
    organization = made.organization(things=[SHOP], teams=[PRODUCT], engagements=[first, second], members=MEMBERS)
    for found in duties(organization, made.AT):
        assert (found.how, str(found.accountable), found.team) == (How.PARTNER, "group:devs", None)
        tied = [because.document for because in found.because if because.rule == "tie"]
        assert tied == ["Engagement one", "Engagement two"]


def test_an_owner_outside_the_catalog_is_a_gap() -> None:
    organization = made.organization(things=[made.thing("shop", "gone")], members=MEMBERS)
    found = duties(organization, made.AT)[0]
    assert found.accountable is None
    assert found.gap == "group:gone is not in the catalog"
    assert found.because[-1].rule == "unknown-accountable"
