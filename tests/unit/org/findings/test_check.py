"""The check as a whole: its order, its overrides, and that every rule can be read and traced to its source."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from tests.unit.org import made
from watchbill.org.charters import RuleOverride
from watchbill.org.findings import RULES, Verdict, check, overrides_in_force
from watchbill.org.findings.finding import Unit
from watchbill.org.folder import read
from watchbill.org.implementations import all_rules
from watchbill.org.organization import Organization

from . import building

ACME = Path(__file__).parents[4] / "examples" / "acme"
DAY = datetime(2026, 11, 25, 12, tzinfo=UTC)
SEVEN = [f"s{number}" for number in range(7)]


def seven_on_call(*overrides: RuleOverride) -> Organization:
    return building.organization(
        teams=[building.SRE],
        policies=[building.policy("sre", "first")],
        watches=[building.watch("first", SEVEN)],
        members={"sre": SEVEN},
        more={"overrides": overrides},
    )


def override(rule: str = "rotation-size", **fields: Any) -> RuleOverride:
    plain = RuleOverride(rule, None, False, "two sites", made.ref("boss", "user"), None, None, made.place())
    return replace(plain, **fields)


def test_every_rule_says_what_it_asks_by_which_source_and_what_to_do() -> None:
    for rule in RULES.values():
        assert all((rule.id, rule.number, rule.asks, rule.source, rule.remedy))
        assert rule.find is not None or rule.needs
    assert len({rule.asks for rule in RULES.values()}) == len(RULES)


def test_every_way_in_which_an_implementation_goes_wrong_has_its_rules() -> None:
    watched = {rule for rules in all_rules() for sign in rules.goes_wrong_as for rule in sign.rules}
    assert watched <= RULES.keys()


def test_findings_are_sorted_by_level_and_subject_and_each_is_there_once() -> None:
    reading = read(ACME)
    assert reading.organization is not None
    found = check(reading.organization, DAY)
    assert [(each.level.rank, each.subject) for each in found] == sorted(
        (each.level.rank, each.subject) for each in found
    )
    assert len({(each.rule, each.subject) for each in found}) == len(found)
    assert check(reading.organization, DAY) == found


def test_a_threshold_that_the_organisation_changed_decides_and_is_named_in_the_finding() -> None:
    (finding,) = building.findings(seven_on_call(), "rotation-size")
    assert (finding.level, finding.threshold, finding.override) == (Verdict.FAIL, "at least 8 people", None)

    six = override(value=Decimal(7))
    (finding,) = building.findings(seven_on_call(six), "rotation-size")
    assert (finding.level, finding.threshold, finding.override) == (Verdict.WARN, "at least 7 people", six)


def test_a_rule_that_is_switched_off_finds_nothing_until_its_day_and_stands_in_the_list_meanwhile() -> None:
    off = override(is_off=True, until=date(2026, 5, 6))
    organization = seven_on_call(off)
    assert building.found(organization, "rotation-size", made.AT) == []
    assert overrides_in_force(organization, made.AT) == (off,)

    the_day_after = datetime(2026, 5, 7, 12, tzinfo=UTC)
    assert building.found(organization, "rotation-size", the_day_after) == [(Verdict.FAIL, "EscalationPolicy sre")]
    assert overrides_in_force(organization, the_day_after) == ()


def test_an_override_holds_from_the_day_on_which_it_was_decided() -> None:
    later = override(is_off=True, on=date(2026, 5, 7))
    assert building.found(seven_on_call(later), "rotation-size") == [(Verdict.FAIL, "EscalationPolicy sre")]


def test_an_override_of_a_rule_that_does_not_exist_changes_nothing() -> None:
    assert overrides_in_force(seven_on_call(override("rotation-sise", is_off=True)), made.AT) == ()


@pytest.mark.parametrize(
    ("unit", "written", "said"),
    [
        (Unit.SHARE, "30%", "30 %"),
        (Unit.SHARE, "12.5 %", "12.5 %"),
        (Unit.PEOPLE, 1, "1 person"),
        (Unit.PEOPLE, "6", "6 people"),
        (Unit.HOURS, Decimal("1.5"), "1.50 hours"),
        (Unit.RATIO, Decimal("1.5"), "1.5×"),
    ],
)
def test_thresholds_are_read_as_they_are_written(unit: Unit, written: object, said: str) -> None:
    assert unit.said(unit.read(written)).replace("\u202f", " ") == said.replace("1.50", "1.5")


@pytest.mark.parametrize(
    ("unit", "written"),
    [(Unit.SHARE, 30), (Unit.SHARE, "a third"), (Unit.PEOPLE, "6.5"), (Unit.PEOPLE, -1), (Unit.MONTHS, True)],
)
def test_what_is_no_threshold_of_a_unit_is_refused(unit: Unit, written: object) -> None:
    with pytest.raises(ValueError, match="a "):
        unit.read(written)
