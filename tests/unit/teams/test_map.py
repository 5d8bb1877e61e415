"""What the map says: who holds, takes part and advises, exactly as coverage and duties answer; no gap is lost on the way."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.unit.org import drawn, made
from watchbill.org import folder
from watchbill.org.charters import EngagementState, Implementation
from watchbill.org.duties import State, duty
from watchbill.org.entities import Tier
from watchbill.org.implementations import PRACTICES
from watchbill.org.organization import Organization
from watchbill.org.values import EntityRef
from watchbill.teams.coverage import covered
from watchbill.teams.explain import usual_class
from watchbill.teams.map import Asked, Fact, OrganizationMap, Role, Side, map_of
from watchbill.teams.map_products import domains, products
from watchbill.teams.partners import Together, beside_sre, partners_on, together_on

ACME = Path(__file__).parents[3] / "examples" / "acme"
NOON = datetime(2026, 11, 25, 11, tzinfo=UTC)


@pytest.fixture(scope="module")
def acme() -> Organization:
    found = folder.read(ACME).organization
    assert found is not None
    return found


def on(day: str) -> datetime:
    return datetime.fromisoformat(f"{day}T11:00:00+00:00")


def ties(found: OrganizationMap, thing: str) -> dict[str, Role]:
    fact = next(each for each in found.facts if each.thing.ref.name == thing)
    return {side.team or side.ref.name: role for side, role in fact.ties}


def test_each_kind_of_engagement_ties_its_sides_to_the_thing(acme: Organization) -> None:
    found = map_of(acme, NOON, Asked())
    assert ties(found, "cart") == {
        "checkout-sre": Role.HOLDS,
        "cart-developers": Role.TAKES_PART,
        "platform-sre": Role.ADVISES,
    }
    assert ties(found, "login") == {
        "mobile-developers": Role.HOLDS,
        "embedded-sre": Role.TAKES_PART,
        "platform-sre": Role.ADVISES,
        "sre-tools": Role.ADVISES,
    }
    assert ties(found, "payroll") == {"payroll-developers": Role.HOLDS, "advisers": Role.ADVISES}
    assert ties(found, "settlement") == {"sre-core": Role.HOLDS}
    assert (found.nobody, found.without_sre) == (0, 3)


def test_what_is_critical_and_without_sre_is_bare_though_somebody_is_called(acme: Organization) -> None:
    bare = [fact for fact in map_of(acme, NOON, Asked()).facts if fact.is_bare]
    assert [(fact.thing.ref.name, fact.holder and fact.holder.ref.name, fact.gap) for fact in bare] == [
        ("loyalty-points", "platform", None)
    ]


def test_hours_and_days_move_the_lines(acme: Organization) -> None:
    evening = map_of(acme, datetime(2026, 11, 25, 20, tzinfo=UTC), Asked())
    assert ties(evening, "deploy")["platform"] is Role.HOLDS
    assert ties(evening, "deploy")["platform-sre"] is Role.TAKES_PART
    assert ties(map_of(acme, NOON, Asked()), "deploy")["platform-sre"] is Role.HOLDS
    assert ties(map_of(acme, on("2026-03-15"), Asked()), "cart") == {
        "sre-core": Role.HOLDS,
        "checkout-sre": Role.ADVISES,
        "platform-sre": Role.ADVISES,
    }


def test_for_a_practice_it_says_who_is_accountable_takes_part_and_enables(acme: Organization) -> None:
    capacity = map_of(acme, NOON, Asked(practice="capacity"))
    assert ties(capacity, "cart")["cart-developers"] is Role.HOLDS
    assert ties(capacity, "cart")["checkout-sre"] is Role.ADVISES
    assert ties(capacity, "login")["mobile-developers"] is Role.HOLDS
    assert ties(capacity, "login")["embedded-sre"] is Role.TAKES_PART
    assert ties(map_of(acme, NOON, Asked(practice="toil")), "cart")["checkout-sre"] is Role.HOLDS


def test_for_a_practice_it_says_of_each_thing_whether_it_is_done(acme: Organization) -> None:
    states = {fact.thing.ref.name: fact.state for fact in map_of(acme, NOON, Asked(practice="goals")).facts}
    assert (states["cart"], states["deploy"], states["payroll"]) == (State.DONE, State.DECLARED, State.NOT_MEASURED)
    assert {fact.state for fact in map_of(acme, NOON, Asked()).facts} == {None}


def test_partners_say_what_they_are_to_whom(acme: Organization) -> None:
    found = map_of(acme, NOON, Asked())
    said = {
        (group.ref.name, each.words, each.team.name): each.is_agreed
        for group in found.groups
        for each in group.together
    }
    assert said == {
        ("cart-developers", "develops with", "checkout-sre"): True,
        ("growth", "develops with", "loyalty-sre"): False,
        ("mobile-developers", "host of", "embedded-sre"): True,
        ("mobile-developers", "served by", "sre-tools"): False,
        ("northwind", "customer of", "advisers"): True,
        ("payroll-developers", "advised by", "advisers"): True,
        ("platform", "builds with", "platform-sre"): True,
    }
    embedded = next(team for team in found.teams if team.name == "embedded-sre")
    assert embedded.guests == ("Ada Lindgren", "Mei Chen")


def test_partners_are_those_of_the_day(acme: Organization) -> None:
    """The charter of Loyalty SRE was approved on 12 October, its engagement with Growth is prepared from a later day on."""

    def with_growth(day: str) -> tuple[bool, list[EngagementState | None]]:
        found = map_of(acme, on(day), Asked())
        growth = next(group for group in found.groups if group.ref.name == "growth")
        return growth.ref in partners_on(acme, on(day).date()), [each.state for each in growth.together]

    assert with_growth("2026-03-15") == (False, [])
    assert with_growth("2026-10-12") == (True, [None])
    assert with_growth("2026-11-25") == (True, [EngagementState.PREPARING])
    mobile = [each.team.name for each in together_of(acme, "2027-04-01") if each.partner.name == "mobile-developers"]
    assert mobile == ["sre-tools"], "an engagement that is over makes no partner"


def together_of(organization: Organization, day: str) -> list[Together]:
    return [each for found in together_on(organization, on(day).date()).values() for each in found]


def test_the_map_has_every_partner_and_every_owner_beside_the_teams(acme: Organization) -> None:
    found = map_of(acme, NOON, Asked())
    assert {group.ref for group in found.groups} == beside_sre(acme, NOON.date())
    assert (found.partners, len(found.groups)) == (6, 7)
    assert [group.title for group in found.groups if not group.together] == ["Payments developers"]


def test_a_team_that_holds_nothing_stays_on_the_whole_map(acme: Organization) -> None:
    found = map_of(acme, on("2026-05-03"), Asked())
    assert {team.name for team in found.teams} == set(acme.sre_teams)
    assert "team embedded-sre" not in found.ties


def test_a_team_is_shown_with_what_it_is_tied_to_and_its_neighbours(acme: Organization) -> None:
    advisers = Side("advisers", EntityRef("group", "default", "sre-advisers"))
    found = map_of(acme, NOON, Asked(side=advisers))
    assert [fact.thing.ref.name for fact in found.facts] == ["northwind-store", "payroll"]
    assert [team.name for team in found.teams] == ["advisers"]
    assert [group.ref.name for group in found.groups] == ["northwind", "payroll-developers"]


def test_a_group_is_shown_with_what_it_holds_and_owns(acme: Organization) -> None:
    group = Side(None, EntityRef("group", "default", "payments-developers"))
    found = map_of(acme, NOON, Asked(side=group))
    assert [fact.thing.ref.name for fact in found.facts] == ["payments", "settlement"]


@pytest.mark.parametrize(
    ("product", "things"),
    [("system:checkout", ["cart", "catalog", "payments"]), ("domain:foundation", ["deploy", "cart-db", "cluster-eu"])],
)
def test_a_product_is_a_system_or_a_domain(acme: Organization, product: str, things: list[str]) -> None:
    found = map_of(acme, NOON, Asked(product=EntityRef.parse(product, kind="system")))
    assert [fact.thing.ref.name for fact in found.facts] == things


def test_products_count_what_is_critical_and_what_is_missing(acme: Organization) -> None:
    found = {each.title: each for each in products(acme, map_of(acme, NOON, Asked()).facts)}
    loyalty, checkout = found["Loyalty programme"], found["Checkout"]
    assert (loyalty.things, loyalty.critical, loyalty.without_sre, loyalty.is_grave) == (1, 1, 1, True)
    assert (checkout.things, checkout.critical, checkout.is_bare) == (3, 2, False)
    assert next(iter(found)) == "Loyalty programme", "the barest comes first"


def test_domains_beyond_the_limit_stand_together_and_lose_no_count(acme: Organization) -> None:
    of_products = products(acme, map_of(acme, NOON, Asked()).facts)
    for most in (1, 2, 9):
        together = domains(acme, of_products, most)
        assert len(together) <= most
        assert sum(whole.things for whole, _ in together) == 12
        assert sum(whole.without_sre for whole, _ in together) == 3
        assert sorted(part.key for _, parts in together for part in parts) == sorted(each.key for each in of_products)


def test_where_the_way_ends_nobody_holds_and_the_reason_is_told() -> None:
    organization = made.organization(things=[made.thing("lost", "devs", tier=Tier.LOW)], members={"devs": ["ann"]})
    (fact,) = map_of(organization, made.AT, Asked()).facts
    assert fact.holder is None
    assert fact.gap == "neither its owner has an escalation policy nor the organisation a catchAll"
    assert (fact.is_bare, fact.is_grave) == (True, True)


def test_an_engagement_that_is_preparing_is_told_apart_from_one_in_force() -> None:
    team = made.team("sre", Implementation.PRODUCT)
    agreed = made.engagement("soon", team, made.scope(things=["a"]), state=EngagementState.PREPARING)
    organization = made.organization(things=[made.thing("a")], teams=[team], engagements=[agreed], members={"devs": []})
    (found,) = map_of(organization, made.AT, Asked()).teams
    assert [(each.state, each.is_agreed) for each in found.together] == [(EngagementState.PREPARING, False)]


def _gaps(facts: tuple[Fact, ...]) -> set[EntityRef]:
    return {fact.thing.ref for fact in facts if fact.gap is not None}


@drawn.checked
@given(drawn.organizations(), drawn.days)
def test_the_map_has_every_thing_and_every_gap_of_coverage(organization: Organization, day: object) -> None:
    at = on(str(day))
    found = map_of(organization, at, Asked())
    answers = {
        each.thing.ref: next(pager for pager in each.pagers if pager.alert_class is usual_class(each.thing))
        for each in covered(organization, at)
    }
    assert [fact.thing.ref for fact in found.facts] == list(answers)
    assert _gaps(found.facts) == {ref for ref, answer in answers.items() if answer.gap is not None}
    assert found.nobody == len(_gaps(found.facts))
    assert found.without_sre == sum(answer.team is None for answer in answers.values())
    for fact in found.facts:
        holder = answers[fact.thing.ref].holder
        assert (fact.holder.ref if fact.holder else None) == (None if fact.gap else holder)
        sides = [side for side, _ in fact.ties]
        assert len(set(sides)) == len(sides), "nobody is tied to a thing twice"


@drawn.checked
@given(drawn.organizations(), drawn.days, st.sampled_from(PRACTICES))
def test_the_map_of_a_practice_has_who_is_accountable(organization: Organization, day: object, practice: str) -> None:
    at = on(str(day))
    for fact in map_of(organization, at, Asked(practice=practice)).facts:
        answer = duty(organization, fact.thing, practice, at)
        assert (fact.holder.ref if fact.holder else None, fact.gap) == (answer.accountable, answer.gap)
