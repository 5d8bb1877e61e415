"""Findings: what in an organisation does not keep the rules of good practice, with figures, sources and remedies.

Pure: declared data and an instant. A rule is a function that looks at a `Situation`; it stands in the module of its family.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
from fractions import Fraction

from watchbill.lib.garbage import uncollected
from watchbill.org.charters import RuleOverride
from watchbill.org.claims import day_of
from watchbill.org.coverage import shut_hours
from watchbill.org.organization import Organization

from . import (
    accountability,
    charters,
    dependencies,
    engagements,
    goals,
    guests,
    ownership,
    phases,
    readiness,
    rotations,
    standards,
)
from .finding import Finding, Observation, Rule, Threshold, Unit, Verdict
from .overrides import in_force
from .situation import Situation

__all__ = [
    "RULES",
    "Finding",
    "Rule",
    "Threshold",
    "Unit",
    "Verdict",
    "check",
    "in_force",
    "limit_in_force",
    "overrides_in_force",
]

_FAMILIES = (
    accountability,
    charters,
    rotations,
    goals,
    dependencies,
    readiness,
    engagements,
    guests,
    ownership,
    standards,
    phases,
)
RULES: Mapping[str, Rule] = {
    rule.id: rule
    for rule in sorted((rule for family in _FAMILIES for rule in family.RULES), key=lambda each: each.number)
}


def check(organization: Organization, at: datetime) -> tuple[Finding, ...]:
    """Return what does not keep the rules at an instant, the worst first, then by subject; rules switched off find nothing.

    On a day they change only where hours open or close; those last asked for are kept.
    """
    key = ("findings", day_of(organization, at), shut_hours(organization, at))
    return organization.memory.recall(key, lambda: _checked(organization, at))


def limit_in_force(organization: Organization, rule: str, at: datetime) -> Fraction | None:
    """Return the limit of a rule at an instant, with what the organisation changed about it; None where it is switched off."""
    override = next((each for each in overrides_in_force(organization, at) if each.rule == rule), None)
    return None if override is not None and override.is_off else RULES[rule].limit(override)


def overrides_in_force(organization: Organization, at: datetime) -> tuple[RuleOverride, ...]:
    """Return the organisation's overrides of rules in force at an instant, by rule: other limits, and rules switched off."""
    return tuple(override for override in in_force(organization, day_of(organization, at)) if override.rule in RULES)


def _checked(organization: Organization, at: datetime) -> tuple[Finding, ...]:
    with uncollected():
        found = list(_found(organization, at))
    return tuple(sorted(found, key=lambda finding: (finding.level.rank, finding.subject, finding.rule)))


def _found(organization: Organization, at: datetime) -> Iterator[Finding]:
    seen = Situation(organization, at)
    overrides = {override.rule: override for override in overrides_in_force(organization, at)}
    for rule in RULES.values():
        override = overrides.get(rule.id)
        if rule.find is None or (override is not None and override.is_off):
            continue
        for observed in rule.find(seen, rule.limit(override)):
            yield _finding(rule, observed, override)


def _finding(rule: Rule, observed: Observation, override: RuleOverride | None) -> Finding:
    return Finding(
        rule=rule.id,
        number=rule.number,
        level=observed.level or rule.level,
        subject=observed.subject,
        team=observed.team,
        text=observed.text,
        figures=observed.figures,
        threshold=rule.threshold_said(override),
        source=rule.source,
        remedy=observed.remedy or rule.remedy,
        place=observed.place,
        override=override,
    )
