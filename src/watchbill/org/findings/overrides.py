"""Overrides of rules by an organisation: which are in force on a day. What they do to a rule is decided where it is checked."""

from __future__ import annotations

from datetime import date

from watchbill.org.charters import RuleOverride
from watchbill.org.organization import Organization


def in_force(organization: Organization, day: date) -> tuple[RuleOverride, ...]:
    """Return the overrides in force on a day, one a rule, by its id; of several for one rule the last that is written."""
    found = {override.rule: override for override in organization.overrides if _holds(override, day)}
    return tuple(found[rule] for rule in sorted(found))


def _holds(override: RuleOverride, day: date) -> bool:
    return (override.on is None or override.on <= day) and (override.until is None or day <= override.until)
