"""Rules 1 to 4 and 64: who answers. Each on one organisation that does not keep it, and on one that just does."""

from __future__ import annotations

from dataclasses import replace
from datetime import time

from tests.unit.org import made
from watchbill.org.agreements import Agreement
from watchbill.org.charters import Hours, Implementation
from watchbill.org.entities import Tier
from watchbill.org.findings import Verdict

from . import building

SHOP = made.thing("shop")
CRITICAL = made.thing("shop", tier=Tier.CRITICAL)


def test_a_practice_of_which_nobody_is_accountable_is_an_error() -> None:
    orphan = made.thing("shop", "gone")
    assert building.found(building.organization(things=[orphan]), "one-accountable") == [
        (Verdict.ERROR, "component:shop")
    ]
    (finding,) = building.findings(building.organization(things=[orphan]), "one-accountable")
    assert finding.figures == {"practices without anybody": "8"}
    assert building.found(building.organization(things=[SHOP]), "one-accountable") == []


def test_a_service_whose_owner_cannot_be_paged_is_an_error_for_each_kind_of_alert_at_once() -> None:
    (finding,) = building.findings(building.organization(things=[SHOP]), "one-pager")
    assert (finding.level, finding.subject) == (Verdict.ERROR, "component:shop")
    assert finding.figures == {"kinds of alert without a pager": "3"}
    with_policy = building.organization(things=[SHOP], policies=[made.policy("devs")])
    assert building.found(with_policy, "one-pager") == []


def test_two_documents_that_claim_a_service_equally_are_one_finding_that_names_both() -> None:
    other = made.team("other", Implementation.PRODUCT)
    first, second = building.engaged("first"), building.engaged("second", sre=other)
    organization = building.organization(things=[SHOP], teams=[building.SRE, other], engagements=[first, second])
    (finding,) = building.findings(organization, "equal-claims")
    assert finding.level is Verdict.ERROR
    assert finding.subject == "Engagement first and Engagement second"
    narrower = building.engaged("second", sre=other, covers=made.scope(systems=["retail"]))
    apart = building.organization(things=[SHOP], teams=[building.SRE, other], engagements=[first, narrower])
    assert building.found(apart, "equal-claims") == []


def test_a_critical_service_needs_a_pager_a_goal_and_a_budget_policy() -> None:
    (finding,) = building.findings(building.organization(things=[CRITICAL]), "critical-service")
    assert (finding.level, finding.figures) == (Verdict.FAIL, {"missing": "pager, goal, budget policy"})

    whole = {
        "things": [CRITICAL],
        "policies": [made.policy("devs")],
        "goals": [building.goal("shop", policy="standard")],
    }
    assert building.found(building.organization(**whole), "critical-service") == []
    assert building.found(building.organization(things=[made.thing("shop", tier=Tier.HIGH)]), "critical-service") == []


def test_the_budget_policy_of_a_critical_service_may_stand_in_the_agreement() -> None:
    agreed: Agreement = building.agreement(budget_policy="standard")
    organization = building.organization(
        things=[CRITICAL],
        teams=[building.SRE],
        engagements=[building.engaged(agreement=agreed)],
        policies=[made.policy("sre")],
        goals=[building.goal("shop")],
    )
    assert building.found(organization, "critical-service") == []


def test_what_no_sre_team_covers_is_a_finding_by_its_tier() -> None:
    things = [made.thing(tier.value, tier=tier) for tier in Tier]
    organization = building.organization(things=things, policies=[made.policy("devs")])
    assert building.found(organization, "uncovered-service") == [
        (Verdict.FAIL, "component:critical"),
        (Verdict.WARN, "component:high"),
    ]
    covered = building.organization(things=things, teams=[building.CORE], policies=[made.policy("core")])
    assert building.found(covered, "uncovered-service") == []


def test_a_partner_who_cannot_be_paged_out_of_hours_is_found_at_any_hour() -> None:
    opening = (Hours(frozenset(range(5)), time(9), time(17)),)
    engaged = made.engagement("e", building.SRE, made.scope(things=["shop"]), hours="office")
    organization = replace(
        building.organization(
            things=[SHOP], teams=[building.SRE], engagements=[engaged], policies=[made.policy("sre")]
        ),
        hours={"office": opening},
    )
    (finding,) = building.findings(organization, "one-pager")
    assert "(application outside hours, platform outside hours and workflow outside hours)" in finding.text
