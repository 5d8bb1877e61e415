"""Findings as plain data: what `watchbill check` prints and programs read. Declared data and an instant alone."""

from __future__ import annotations

import difflib
from collections import Counter
from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any

from watchbill.lib.errors import NotFound
from watchbill.lib.instants import rfc3339
from watchbill.org.charters import RuleOverride
from watchbill.org.findings import RULES, Finding, Rule, Verdict, check, overrides_in_force
from watchbill.org.organization import Organization
from watchbill.org.values import EntityRef

SCHEMA = "watchbill/check/v1"
RULES_SCHEMA = "watchbill/rules/v1"


def findings(
    organization: Organization,
    at: datetime,
    *,
    level: Verdict | None = None,
    team: str | None = None,
    rule: str | None = None,
) -> tuple[Finding, ...]:
    """Return the findings at an instant: those of a level and worse, of an SRE team or of a rule, where these are named.

    Raises NotFound for a team or a rule that does not exist.
    """
    if rule is not None:
        _must_exist("rule", rule, RULES, "`watchbill check --rules` lists them all.")
    if team is not None:
        _must_exist("SRE team", team, organization.sre_teams, "`watchbill show` lists them all.")
    return tuple(
        each
        for each in check(organization, at)
        if (level is None or each.level.rank <= level.rank)
        and (team is None or each.team == team)
        and (rule is None or each.rule == rule)
    )


def findings_about(
    organization: Organization, at: datetime, things: Collection[EntityRef], engagements: Collection[str] = ()
) -> tuple[Finding, ...]:
    """Return the findings at an instant about some things, the goals that speak of them, and engagements by name."""
    subjects = {str(ref) for ref in things} | {f"Engagement {name}" for name in engagements}
    subjects |= {f"goal {goal.name}" for goal in organization.goals.values() if goal.service in things}
    return tuple(each for each in check(organization, at) if each.subject in subjects)


def as_json(organization: Organization, found: Sequence[Finding], at: datetime) -> dict[str, Any]:
    """Return findings as plain JSON values, with the overrides in force and the rules that files alone cannot answer."""
    counts = Counter(finding.level for finding in found)
    return {
        "schema": SCHEMA,
        "at": rfc3339(at),
        "organization": organization.name,
        "counts": {level.value: counts[level] for level in Verdict},
        "findings": [finding_as_json(finding) for finding in found],
        "overrides": [_override(override) for override in overrides_in_force(organization, at)],
        "notJudged": [{"rule": rule.id, "needs": rule.needs} for rule in RULES.values() if rule.find is None],
    }


def rules_as_json(organization: Organization | None = None, at: datetime | None = None) -> dict[str, Any]:
    """Return every rule as plain JSON values, with what an organisation has changed about it at an instant."""
    overrides: dict[str, RuleOverride] = {}
    if organization is not None and at is not None:
        overrides = {override.rule: override for override in overrides_in_force(organization, at)}
    return {
        "schema": RULES_SCHEMA,
        "at": rfc3339(at) if at is not None else None,
        "organization": organization.name if organization is not None else None,
        "rules": [_rule(rule, overrides.get(rule.id)) for rule in RULES.values()],
    }


def finding_as_json(finding: Finding) -> dict[str, Any]:
    """Return a finding as plain JSON values."""
    return {
        "rule": finding.rule,
        "number": finding.number,
        "level": finding.level.value,
        "subject": finding.subject,
        "team": finding.team,
        "text": finding.text,
        "figures": dict(finding.figures),
        "threshold": finding.threshold or None,
        "source": finding.source,
        "remedy": finding.remedy,
        "file": finding.place.file,
        "line": finding.place.line,
        "override": _override(finding.override) if finding.override is not None else None,
    }


def _must_exist(what: str, name: str, known: Collection[str], otherwise: str) -> None:
    if name not in known:
        close = difflib.get_close_matches(name, known, n=1)
        raise NotFound(f"There is no {what} “{name[:80]}”.", f"Did you mean “{close[0]}”?" if close else otherwise)


def _override(override: RuleOverride) -> dict[str, Any]:
    rule = RULES[override.rule]
    return {
        "rule": override.rule,
        "off": override.is_off,
        "threshold": None if override.is_off else rule.threshold_said(override),
        "instead": rule.threshold_said() or None,
        "reason": override.reason,
        "by": str(override.by) if override.by is not None else None,
        "on": override.on.isoformat() if override.on is not None else None,
        "until": override.until.isoformat() if override.until is not None else None,
        "file": override.place.file,
        "line": override.place.line,
    }


def _rule(rule: Rule, override: RuleOverride | None) -> dict[str, Any]:
    return {
        "rule": rule.id,
        "number": rule.number,
        "level": rule.level.value,
        "asks": rule.asks,
        "threshold": rule.threshold_said() or None,
        "source": rule.source,
        "remedy": rule.remedy,
        "needs": rule.needs or None,
        "override": _override(override) if override is not None else None,
    }
