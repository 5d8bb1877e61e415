"""The six implementations: each answers every question, and nothing else asks which one a team has."""

from __future__ import annotations

import re
from pathlib import Path

import watchbill
from watchbill.org.charters import Implementation
from watchbill.org.implementations import PRACTICES, SCOPE_FORMS, Reach, all_rules, rules_of

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


def test_only_embedded_people_need_an_end_and_are_two_at_most() -> None:
    assert [rules.implementation for rules in all_rules() if rules.requires_end] == [Implementation.EMBEDDED]
    assert rules_of(Implementation.EMBEDDED).people == 2


def test_consultants_have_no_authority_of_their_own() -> None:
    rules = rules_of(Implementation.CONSULTING)
    assert (rules.changes, rules.default_authority, rules.primary) == (Reach.NOTHING, frozenset(), "partner")


def test_no_code_outside_the_six_modules_asks_which_implementation_a_team_has() -> None:
    asking = re.compile(r"(==|!=|\bis|\bis not|\bin)\s*\{?\s*Implementation\.|\bimplementation\s*(==|!=|is|in)\s")
    offenders = [
        f"{file.relative_to(SOURCE)}:{number}"
        for file in sorted(SOURCE.rglob("*.py"))
        if "implementations" not in file.parts
        for number, line in enumerate(file.read_text(encoding="utf-8").splitlines(), 1)
        if asking.search(line.split("#")[0]) and '"""' not in line
    ]
    assert offenders == []
