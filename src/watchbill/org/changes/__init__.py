"""Two organisations compared: what a change of the files means before it counts. Pure; who asks says at which instant."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from watchbill.org.claims import day_of
from watchbill.org.faults import Fault, Level
from watchbill.org.organization import Organization
from watchbill.org.standing import check_standing

from .documents import document_changes
from .harms import harms
from .model import Accountability, Change, DocumentChange, Harm, Holding, PersonChange, Plan, Span, Turnover
from .people import LIMIT, people_changes
from .snapshots import side_of
from .timeline import Wholes, days_ahead, differences

__all__ = [
    "Accountability",
    "Change",
    "DocumentChange",
    "Harm",
    "Holding",
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
    """Return what it means that `old` becomes `new`, at `at` and on the later days on which an engagement of either changes.

    The faults are those that were found while each was read; who holds which pager is checked here.
    """
    days, left_out = days_ahead(old, new, at)
    before, after = side_of(old, at, days), side_of(new, at, days)
    wholes = Wholes(old, new)
    pagers = differences(before, after, lambda held: held.pagers, wholes)
    people = people_changes(before, after)
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
        people=people,
        limit=LIMIT,
        documents=document_changes(old, new),
        faults=_turnover((*old_faults, *check_standing(old, at)), faults_after),
        blocking=blocking,
        harms=harms(new, blocking, pagers, people, LIMIT),
    )


def _turnover(before: Sequence[Fault], after: Sequence[Fault]) -> Turnover[Fault]:
    """Return which faults come and go; a fault that only stands elsewhere is the same."""
    was, becomes = ({(fault.code, fault.message) for fault in side} for side in (before, after))
    return Turnover(
        tuple(fault for fault in dict.fromkeys(after) if (fault.code, fault.message) not in was),
        tuple(fault for fault in dict.fromkeys(before) if (fault.code, fault.message) not in becomes),
    )
