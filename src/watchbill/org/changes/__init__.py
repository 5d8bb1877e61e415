"""Two organisations compared: what a change of the files means before it counts. Pure; who asks says at which instant."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Sequence
from datetime import datetime

from watchbill.org.claims import day_of
from watchbill.org.faults import Fault, Level
from watchbill.org.findings import Finding, check, limit_in_force, overrides_in_force
from watchbill.org.organization import Organization
from watchbill.org.standing import check_standing

from .documents import document_changes
from .harms import ON_CALL_SHARE, harms
from .model import (
    Accountability,
    Change,
    DocumentChange,
    Harm,
    Holding,
    Item,
    OfficeChange,
    PersonChange,
    Plan,
    Span,
    Turnover,
)
from .offices import office_changes
from .people import people_changes
from .snapshots import side_of
from .timeline import Wholes, days_ahead, differences

__all__ = [
    "Accountability",
    "Change",
    "DocumentChange",
    "Harm",
    "Holding",
    "OfficeChange",
    "PersonChange",
    "Plan",
    "Span",
    "Turnover",
    "compare",
]


def compare(
    old: Organization,
    new: Organization,
    at: datetime,
    *,
    old_faults: Sequence[Fault] = (),
    new_faults: Sequence[Fault] = (),
) -> Plan:
    """Return what it means that `old` becomes `new`, at `at` and on later days.

    Those are the days on which an engagement of either changes, or somebody leaves. The faults are those that were found while
    each was read; who holds which pager is checked here.
    """
    days, left_out = days_ahead(old, new, at)
    before, after = side_of(old, at, days), side_of(new, at, days)
    wholes = Wholes(old, new)
    pagers = differences(before, after, lambda held: held.pagers, wholes)
    people = people_changes(before, after)
    limit = limit_in_force(new, ON_CALL_SHARE, at)
    findings = _turnover(check(old, at), check(new, at), _finding)
    waived = _waived(old, new, at, findings.closed)
    faults_after = (*new_faults, *check_standing(new, at))
    blocking = tuple(fault for fault in faults_after if fault.level is Level.ERROR)
    return Plan(
        at=at,
        looked_until=days[-1] if days else day_of(new, at),
        days_left_out=left_out,
        pagers=pagers,
        advice=differences(before, after, lambda held: held.advice, wholes),
        practices=differences(before, after, lambda held: held.practices, wholes),
        rights=differences(before, after, lambda held: held.rights, wholes),
        offices=office_changes(old, new),
        people=people,
        limit=limit,
        documents=document_changes(old, new),
        faults=_turnover((*old_faults, *check_standing(old, at)), faults_after, _fault),
        findings=Turnover(findings.opened, tuple(each for each in findings.closed if each not in waived)),
        waived=waived,
        blocking=blocking,
        harms=harms(new, blocking=blocking, pagers=pagers, people=people, limit=limit, opened=findings.opened),
    )


def _turnover(before: Sequence[Item], after: Sequence[Item], key: Callable[[Item], Hashable]) -> Turnover[Item]:
    """Return what comes and goes; what has the same key on both sides stays."""
    was, becomes = {key(each): each for each in before}, {key(each): each for each in after}
    return Turnover(
        tuple(each for known, each in becomes.items() if known not in was),
        tuple(each for known, each in was.items() if known not in becomes),
    )


def _waived(old: Organization, new: Organization, at: datetime, gone: Sequence[Finding]) -> tuple[Finding, ...]:
    """Return the findings that are gone as another override of their rules is in force, or one of other limits."""
    was, becomes = (
        {each.rule: (each.is_off, each.value) for each in overrides_in_force(side, at)} for side in (old, new)
    )
    return tuple(each for each in gone if each.rule in becomes and becomes[each.rule] != was.get(each.rule))


def _fault(fault: Fault) -> Hashable:
    """Return what makes a fault the same one: one that only stands elsewhere is."""
    return fault.code, fault.message


def _finding(finding: Finding) -> Hashable:
    """Return what makes a finding the same one; where a warning becomes a failure, one goes and another comes."""
    return finding.rule, finding.subject, finding.level.is_failing
