"""The six implementations: each answers every question, and nothing else asks which one a team has."""

from __future__ import annotations

import re
from pathlib import Path
from typing import get_args

import pytest

import watchbill
from watchbill.org.charters import Implementation
from watchbill.org.implementations import PRACTICES, SCOPE_FORMS, Reach, all_rules, rules_of
from watchbill.org.shapes.charter import ImplementationName

SOURCE = Path(watchbill.__file__).parent


def test_every_implementation_has_its_rules() -> None:
    assert {rules.implementation for rules in all_rules()} == set(Implementation)
    for implementation in Implementation:
        rules = rules_of(implementation)
        assert rules.implementation is implementation
        assert rules.scope_forms <= SCOPE_FORMS
        assert set(rules.practices) == set(PRACTICES)


def test_claims_are_ordered_embedded_product_tools_infrastructure_kitchen_sink_and_consulting_last() -> None:
    assert [rules.implementation.value for rules in all_rules()] == [
        "embedded",
        "product",
        "tools",
        "infrastructure",
        "kitchenSink",
        "consulting",
    ]


def test_only_a_kitchen_sink_may_cover_everything_and_there_is_only_one() -> None:
    assert [rules.implementation for rules in all_rules() if "everything" in rules.scope_forms] == [
        Implementation.KITCHEN_SINK
    ]
    assert rules_of(Implementation.KITCHEN_SINK).teams == 1


def test_only_embedded_people_need_an_end_and_are_two_at_most_in_one_host_team() -> None:
    assert [rules.implementation for rules in all_rules() if "ends" in rules.engagement_demands] == [
        Implementation.EMBEDDED
    ]
    rules = rules_of(Implementation.EMBEDDED)
    assert (rules.people, rules.hosts, rules.home_team) == (2, 1, True)


def test_only_a_product_team_waits_for_a_readiness_review() -> None:
    assert [rules.implementation for rules in all_rules() if rules.needs_review] == [Implementation.PRODUCT]


def test_every_implementation_says_in_words_how_it_works_and_how_it_goes_wrong() -> None:
    for rules in all_rules():
        assert all((rules.summary, rules.partners, rules.staffing, rules.pager, rules.checklist, rules.goes_wrong_as))
        assert len({(question.area, question.text) for question in rules.checklist}) == len(rules.checklist)


@pytest.mark.parametrize(
    ("served", "called"),
    [
        ({"team"}, ""),
        ({"customer"}, "customer reliability engineers"),
        ({"team", "customer"}, "site and customer reliability engineers"),
        (set(), ""),
    ],
)
def test_consultants_are_customer_reliability_engineers_to_customers(served: set[str], called: str) -> None:
    assert rules_of(Implementation.CONSULTING).called(served) == called
    assert rules_of(Implementation.PRODUCT).called(served) == ""


def test_consultants_have_no_authority_of_their_own() -> None:
    rules = rules_of(Implementation.CONSULTING)
    assert (rules.changes, rules.default_authority, rules.primary) == (Reach.NOTHING, frozenset(), "partner")


def test_no_code_outside_the_six_modules_asks_which_implementation_a_team_has() -> None:
    names = "|".join(implementation.value for implementation in Implementation)
    asking = re.compile(
        rf"\bImplementation\.[A-Z]|\bimplementation\s*(==|!=|is|in)\s|(==|!=|\bin|case)\s*[\[({{]*[\"'](?:{names})[\"']"
    )
    offenders = [
        f"{file.relative_to(SOURCE)}:{number}"
        for file in sorted([*SOURCE.rglob("*.py"), *SOURCE.rglob("*.html")])
        if "implementations" not in file.parts
        for number, line in enumerate(file.read_text(encoding="utf-8").splitlines(), 1)
        if asking.search(line.split("#")[0]) and '"""' not in line
    ]
    assert offenders == []


def test_whatever_documents_may_call_an_implementation_has_its_module_and_every_module_is_listed() -> None:
    files = {path.stem for path in (SOURCE / "org" / "implementations").glob("*.py")}
    modules = files - {"__init__", "rules", "checklist"}
    assert {rules.implementation for rules in all_rules()} == set(Implementation)
    assert {implementation.value for implementation in Implementation} == set(get_args(ImplementationName))
    assert {implementation.name.lower() for implementation in Implementation} == modules
