"""The worked example of coverage and authority, row by row, asked of the example organisation that ships with watchbill."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from watchbill.org.authority import Action, decide
from watchbill.org.charters import AlertClass, EngagementState, Implementation
from watchbill.org.coverage import PagerAnswer, pager
from watchbill.org.entities import Tier
from watchbill.org.folder import read
from watchbill.org.organization import Organization
from watchbill.org.standing import check_standing
from watchbill.org.values import EntityRef

FOLDER = Path(__file__).parents[3] / "examples" / "acme"
TODAY = datetime(2026, 11, 25, 12, tzinfo=UTC)


@pytest.fixture(scope="module")
def acme() -> Organization:
    reading = read(FOLDER)
    assert reading.faults == ()
    assert reading.organization is not None
    return reading.organization


def on(text: str) -> datetime:
    day = date.fromisoformat(text)
    return datetime(day.year, day.month, day.day, 12, tzinfo=UTC)


def page_for(acme: Organization, name: str, day: str, alert_class: AlertClass = AlertClass.APPLICATION) -> PagerAnswer:
    return pager(acme, EntityRef.parse(name, kind="component"), alert_class, on(day))


def rules(found: PagerAnswer) -> set[str]:
    return {because.rule for because in found.because}


def test_cart_on_3_may_is_checkout_sres_by_their_engagement(acme: Organization) -> None:
    found = page_for(acme, "cart", "2026-05-03")
    assert (str(found.holder), found.engagement, found.policy) == (
        "group:sre-checkout",
        "checkout-sre-with-cart",
        "checkout",
    )
    assert {"engagement-covers", "engagement-state", "engagement-before-charter"} <= rules(found)


def test_cart_on_15_march_is_sre_cores_and_checkout_sre_advises(acme: Organization) -> None:
    found = page_for(acme, "cart", "2026-03-15")
    assert (str(found.holder), found.team) == ("group:sre-core", "sre-core")
    assert "checkout-sre" in found.advisers
    assert {"charter-covers", "engagement-advises"} <= rules(found)


def test_cart_on_15_march_without_a_kitchen_sink_is_the_cart_developers(acme: Organization) -> None:
    teams = {name: team for name, team in acme.sre_teams.items() if name != "sre-core"}
    found = page_for(replace(acme, sre_teams=teams), "cart", "2026-03-15")
    assert (str(found.holder), found.team, found.policy) == ("group:cart-developers", None, "cart-developers")
    assert {"uncovered", "owner-pager"} <= rules(found)


def test_settlement_a_workflow_outside_every_system_is_sre_cores(acme: Organization) -> None:
    found = page_for(acme, "settlement", "2026-11-25", AlertClass.WORKFLOW)
    assert (str(found.holder), found.team, found.engagement) == ("group:sre-core", "sre-core", None)


@pytest.mark.parametrize("day", ["2026-03-31", "2026-11-25", "2027-03-31"])
def test_login_while_mei_is_embedded_follows_mobiles_policy_in_whose_rotation_she_stands(
    acme: Organization, day: str
) -> None:
    found = page_for(acme, "login", day)
    assert (str(found.holder), found.team, found.policy) == ("group:mobile-developers", "embedded-sre", "mobile")
    assert "host-pager" in rules(found)
    watch = acme.schedules["mobile"].layers[0]
    assert EntityRef.parse("mei", kind="user") in {person for turn in watch.turns for person in turn}


@pytest.mark.parametrize("day", ["2026-04-01", "2027-04-01"])
def test_login_on_1_april_is_sre_cores_because_the_engagement_has_ended(acme: Organization, day: str) -> None:
    found = page_for(acme, "login", day)
    assert (str(found.holder), found.team) == ("group:sre-core", "sre-core")
    assert "engagement-not-in-force" in rules(found)


def test_cart_failing_because_the_cluster_burns_is_platform_sres_and_checkout_is_told(acme: Organization) -> None:
    found = page_for(acme, "cart", "2026-11-25", AlertClass.PLATFORM)
    assert (str(found.holder), found.team) == ("group:sre-platform", "platform-sre")
    assert [str(holder) for holder in found.told] == ["group:sre-checkout"]
    assert str(page_for(acme, "resource:cluster-eu", "2026-11-25").holder) == "group:sre-platform"


def test_payroll_is_its_owners_and_the_advisers_advise(acme: Organization) -> None:
    found = page_for(acme, "payroll", "2026-11-25")
    assert (str(found.holder), found.team, found.policy) == ("group:payroll-developers", None, "payroll")
    assert found.advisers == ("advisers",)
    assert "scope-except" in rules(found)
    assert acme.things[EntityRef.parse("payroll", kind="component")].tier is Tier.NORMAL


def test_loyalty_points_critical_and_uncovered_falls_to_the_catch_all(acme: Organization) -> None:
    found = page_for(acme, "loyalty-points", "2026-11-25")
    assert (str(found.holder), found.team) == ("group:platform", None)
    assert {"scope-except", "uncovered", "catch-all"} <= rules(found)
    assert acme.things[EntityRef.parse("loyalty-points", kind="component")].tier is Tier.CRITICAL


def test_an_adviser_may_not_silence_payroll_but_recommend_or_break_glass(acme: Organization) -> None:
    ruth, payroll = EntityRef.parse("ruth", kind="user"), EntityRef.parse("payroll", kind="component")
    decision = decide(acme, ruth, Action.SILENCE, payroll, TODAY)
    assert not decision.allowed
    assert decision.instead[0].startswith("recommend")
    assert "approval of group:payroll-developers" in decision.instead[1]
    assert decide(acme, ruth, Action.BREAK_GLASS, payroll, TODAY).allowed


def test_a_checkout_sre_may_change_the_config_of_cart_since_1_april(acme: Organization) -> None:
    ana, cart = EntityRef.parse("ana", kind="user"), EntityRef.parse("cart", kind="component")
    assert not decide(acme, ana, Action.CHANGE_CONFIG, cart, on("2026-03-31")).allowed
    assert decide(acme, ana, Action.CHANGE_CONFIG, cart, on("2026-04-01")).by == "member"


def test_acme_has_a_team_of_every_implementation_and_nothing_amiss_today(acme: Organization) -> None:
    assert {team.implementation for team in acme.sre_teams.values()} == set(Implementation)
    assert check_standing(acme, TODAY) == ()
    states = {name: each.state_at(TODAY.date()) for name, each in acme.engagements.items()}
    assert list(states.values()).count(EngagementState.ACTIVE) == 5


def test_everybody_in_acme_can_be_reached(acme: Organization) -> None:
    assert all(user.email and user.email.endswith("@acme.example") for user in acme.users.values())
