"""Rule 70: the phases of a service's life. Each broken, and just kept."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, time

import pytest

from tests.unit.org import made
from watchbill.org.charters import Hours, Implementation, ReadinessReview, ReviewOutcome
from watchbill.org.entities import Thing, Tier
from watchbill.org.findings import Verdict
from watchbill.org.organization import Organization

from . import building

SHOP = made.thing("shop")


def covered(thing: Thing, *, has_goal: bool = False, by_sre: bool = True) -> Organization:
    return building.organization(
        things=[thing],
        teams=[building.SRE],
        engagements=[building.engaged(primary="sre" if by_sre else "partner")],
        policies=[made.policy("sre"), made.policy("devs")],
        goals=[building.goal("shop")] if has_goal else [],
    )


@pytest.mark.parametrize(
    ("tier", "levels"), [(Tier.HIGH, [Verdict.WARN]), (Tier.NORMAL, [Verdict.WARN]), (Tier.LOW, [Verdict.ADVICE])]
)
def test_what_sres_hold_the_pager_of_has_a_goal_once_it_is_generally_available(
    tier: Tier, levels: list[Verdict]
) -> None:
    thing = made.thing("shop", tier=tier)
    assert [level for level, _ in building.found(covered(thing), "phase-goal")] == levels
    assert building.found(covered(thing, has_goal=True), "phase-goal") == []
    assert building.found(covered(replace(thing, phase="limited")), "phase-goal") == []


def test_what_sres_hold_by_day_alone_is_theirs_at_night_as_well() -> None:
    by_day = covered(SHOP)
    pact = by_day.engagements["pact"]
    terms = replace(pact.pager, hours="office")
    office = {"office": (Hours(frozenset(range(5)), time(8), time(18)),)}
    by_day = replace(by_day, hours=office, engagements={"pact": replace(pact, pager=terms)})
    for hour in (10, 22):
        assert building.found(by_day, "phase-goal", made.AT.replace(hour=hour)) == [(Verdict.WARN, "component:shop")]


@pytest.mark.parametrize("implementation", ["infrastructure", "kitchenSink", "tools"])
def test_a_readiness_review_comes_before_an_engagement_gives_the_pager_of_what_is_available(
    implementation: str,
) -> None:
    def found(thing: Thing, *outcomes: ReviewOutcome) -> list[tuple[Verdict, str]]:
        organization = covered(thing)
        team = replace(building.SRE, implementation=Implementation(implementation))
        reviews = {
            outcome.value: ReadinessReview(outcome.value, "pact", date(2026, 3, 1), (), outcome, (), made.place())
            for outcome in outcomes
        }
        return building.found(replace(organization, sre_teams={"sre": team}, reviews=reviews), "phase-review")

    assert found(SHOP) == [(Verdict.WARN, "Engagement pact")]
    assert found(SHOP, ReviewOutcome.NOT_READY) == [(Verdict.WARN, "Engagement pact")]
    assert found(SHOP, ReviewOutcome.READY) == []
    assert found(replace(SHOP, phase="limited")) == []


@pytest.mark.parametrize(
    ("phase", "levels"),
    [
        ("design", [Verdict.WARN]),
        ("build", [Verdict.WARN]),
        ("limited", []),
        ("generalAvailability", []),
        ("deprecated", [Verdict.ADVICE]),
        ("abandoned", [Verdict.WARN]),
    ],
)
def test_sres_hold_no_pager_for_what_is_not_yet_or_no_longer_wanted(phase: str, levels: list[Verdict]) -> None:
    thing = replace(SHOP, phase=phase)
    assert [level for level, _ in building.found(covered(thing), "phase-pager")] == levels
    assert building.found(covered(thing, by_sre=False), "phase-pager") == []
