"""Overrides of rules in the Organization document → overrides, each held against the rule that it names. No rule is evaluated here."""

from __future__ import annotations

import difflib
from collections.abc import Sequence
from datetime import date
from itertools import combinations

from .charters import RuleOverride
from .nodes import Path
from .recognition import Declared
from .register import Register
from .shapes import charter as shapes
from .shapes.fields import Shape


def link_overrides(register: Register, one: Declared[Shape], spec: shapes.OrganizationSpec) -> tuple[RuleOverride, ...]:
    """Return the overrides as written; one of a rule that does not exist is a warning, and changes nothing."""
    found = tuple(
        _link(register, one, ("spec", "rules", position), written) for position, written in enumerate(spec.rules)
    )
    _check_once(register, found)
    return found


def _check_once(register: Register, overrides: Sequence[RuleOverride]) -> None:
    """Note each override of a rule that another one before it is about on some of the same days: then it alone counts."""
    for first, other in combinations(overrides, 2):
        begins = max(first.on or date.min, other.on or date.min)
        ends = min(first.until or date.max, other.until or date.max)
        if first.rule == other.rule and begins <= ends:
            register.faults.note(
                "two-overrides",
                other.place,
                f"The rule “{other.rule}” is overridden in {first.place} too: on the days of both this one counts, the last written.",
            )


def _link(register: Register, one: Declared[Shape], path: Path, written: shapes.RuleOverride) -> RuleOverride:
    by = register.resolve(one, (*path, "by"), ("user", "group")) if written.by else None
    _check_rule(register, one, path, written)
    if written.on is not None and written.until is not None and written.until < written.on:
        register.faults.error(
            "dates-reversed",
            one.document.place(*path, "until"),
            "This override ends before it begins.",
            "Swap “on” and “until”, or correct one of them.",
            [one.document.place(*path, "on")],
        )
    place = one.document.place(*path, "rule")
    return RuleOverride(
        written.rule, written.value, bool(written.off), written.reason, by, written.on, written.until, place
    )


def _check_rule(register: Register, one: Declared[Shape], path: Path, written: shapes.RuleOverride) -> None:
    from .findings import RULES  # only a folder that overrides a rule waits for the rules to be imported

    rule = RULES.get(written.rule)
    if rule is None:
        near = difflib.get_close_matches(written.rule, RULES, n=1)
        register.faults.warning(
            "unknown-rule",
            one.document.place(*path, "rule"),
            f"There is no rule “{written.rule}”: the override changes nothing.",
            f"Did you mean “{near[0]}”?" if near else "`watchbill check --rules` lists them all.",
        )
    if (written.value is None) == (written.off is None):
        register.faults.error(
            "rule-value",
            one.document.place(*path),
            f"The override of “{written.rule}” should say either “value” or “off”.",
            "Give the threshold as “value”, or switch the rule off with “off: true”.",
        )
    elif written.value is not None and rule is not None:
        problem = rule.problem_with(written.value)
        if problem:
            place = one.document.place(*path, "value")
            register.faults.error("rule-value", place, f"“{written.rule}” cannot have this value.", problem)
