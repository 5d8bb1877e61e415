"""Rule 68: the rules themselves, and the terms agreed. Each broken, and just kept."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Any

from tests.unit.org import made
from watchbill.org.charters import RuleOverride
from watchbill.org.findings import Verdict
from watchbill.org.values import Duration

from . import building


def agreed(**terms: Any) -> list[tuple[Verdict, str]]:
    pact = building.engaged(agreement=building.agreement(**terms))
    organization = building.organization(teams=[building.SRE], engagements=[pact])
    return building.found(organization, "looser-terms")


def test_an_agreement_is_as_strict_as_the_standard_of_its_implementation() -> None:
    assert agreed(operations_limit=Fraction(1, 2), review_every=Duration.parse("3M")) == []
    assert agreed(operations_limit=Fraction(51, 100)) == [(Verdict.ERROR, "Engagement pact")]
    assert agreed(review_every=Duration.parse("4M")) == [(Verdict.ERROR, "Engagement pact")]


def overriding(
    *, by: str | None = "boss", on: str | None = None, until: str | None = None
) -> list[tuple[Verdict, str]]:
    override = RuleOverride(
        "rotation-size",
        Decimal(6),
        False,
        "two sites",
        made.ref(by, "user") if by else None,
        date.fromisoformat(on) if on else None,
        date.fromisoformat(until) if until else None,
        made.place(),
    )
    return building.found(building.organization(more={"overrides": (override,)}), "rule-override")


def test_somebody_stands_behind_an_override_and_decides_it_again_within_a_year() -> None:
    found = [(Verdict.WARN, "rule rotation-size")]
    assert overriding(on="2025-05-06") == []
    assert overriding(on="2025-05-05") == found
    assert overriding(on="2025-05-05", until="2026-12-31") == []
    assert overriding(until="2026-12-31") == []
    assert overriding() == found
    assert overriding(by=None, on="2026-05-01") == found
