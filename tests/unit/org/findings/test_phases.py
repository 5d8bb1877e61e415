"""Rule 70: the phases of a service's life. Each broken, and just kept."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.unit.org import made
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
    ("tier", "levels"), [(Tier.HIGH, [Verdict.WARN]), (Tier.NORMAL, [Verdict.WARN]), (Tier.LOW, [])]
)
def test_what_sres_hold_the_pager_of_has_a_goal_once_it_is_generally_available(
    tier: Tier, levels: list[Verdict]
) -> None:
    thing = made.thing("shop", tier=tier)
    assert [level for level, _ in building.found(covered(thing), "phase-goal")] == levels
    assert building.found(covered(thing, has_goal=True), "phase-goal") == []
    assert building.found(covered(replace(thing, phase="limited")), "phase-goal") == []


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
