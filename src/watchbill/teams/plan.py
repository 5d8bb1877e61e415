"""What a change of the organisation means, as plain data: the answer `watchbill/plan/v1` that programs read and commands print."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date, datetime
from typing import Any, TypeVar

from watchbill.lib.instants import rfc3339
from watchbill.org.changes import (
    Accountability,
    Change,
    DocumentChange,
    Harm,
    Holding,
    OfficeChange,
    PersonChange,
    Plan,
)
from watchbill.org.changes.harms import ON_CALL_SHARE
from watchbill.org.charters import Hours
from watchbill.org.faults import Fault
from watchbill.org.findings import RULES
from watchbill.org.names import name_of
from watchbill.org.organization import Organization
from watchbill.org.values import EntityRef

from .findings import finding_as_json

SCHEMA = "watchbill/plan/v1"

Value = TypeVar("Value")


def as_json(plan: Plan, new: Organization, sides: tuple[str, str]) -> dict[str, Any]:
    """Return the plan as JSON values; `sides` says what was compared, the old and the new."""
    return {
        **_head(new, plan.at, sides),
        "isCompared": True,
        "lookedUntil": plan.looked_until.isoformat(),
        "daysLeftOut": plan.days_left_out,
        "harms": [_harm(harm) for harm in plan.harms],
        "changes": [
            *_changes("pager", plan.pagers, _holding),
            *_changes("practice", plan.practices, _accountability),
            *_changes("authority", plan.rights, sorted),
            *_changes("advice", plan.advice, sorted),
        ],
        "offices": [_office(office) for office in plan.offices],
        "people": [_person(person, new) for person in plan.people],
        "onCall": {
            "limit": float(plan.limit) if plan.limit is not None else None,
            "source": RULES[ON_CALL_SHARE].source,
        },
        "documents": [_document(document) for document in plan.documents],
        "faults": {
            "opened": [_fault(fault) for fault in plan.faults.opened],
            "closed": [_fault(fault) for fault in plan.faults.closed],
        },
        "findings": {
            "opened": [finding_as_json(finding) for finding in plan.findings.opened],
            "closed": [finding_as_json(finding) for finding in plan.findings.closed],
            "waived": [finding_as_json(finding) for finding in plan.waived],
        },
    }


def not_compared(errors: Sequence[Fault], old: Organization, at: datetime, sides: tuple[str, str]) -> dict[str, Any]:
    """Return the answer for a new side whose documents do not hold together: its errors, and nothing compared with `old`."""
    return {
        **_head(old, at, sides),
        "isCompared": False,
        "harms": [_harm(Harm(fault.code, (str(fault.place),), fault.message)) for fault in errors],
        "changes": [],
        "offices": [],
        "people": [],
        "documents": [],
        "faults": {"opened": [_fault(fault) for fault in errors], "closed": []},
        "findings": {"opened": [], "closed": [], "waived": []},
    }


def _head(organization: Organization, at: datetime, sides: tuple[str, str]) -> dict[str, Any]:
    return {
        "schema": SCHEMA,
        "at": rfc3339(at),
        "old": sides[0],
        "new": sides[1],
        "organization": {
            "name": organization.name,
            "title": organization.title,
            "timeZone": organization.time_zone,
        },
    }


def _fault(fault: Fault) -> dict[str, Any]:
    return {
        "code": fault.code,
        "severity": fault.level.value,
        "message": fault.message,
        "hint": fault.hint,
        "file": fault.place.file,
        "line": fault.place.line,
        "column": fault.place.column,
    }


def _changes(aspect: str, changes: Sequence[Change[Value]], shown: Callable[[Value], Any]) -> list[dict[str, Any]]:
    return [
        {
            "aspect": aspect,
            "of": [of for of in change.of if of],
            "whole": _text(change.whole),
            "things": [str(thing) for thing in change.things],
            "before": shown(change.before) if change.before is not None else None,
            "after": shown(change.after) if change.after is not None else None,
            "since": _day(change.span.since),
            "until": _day(change.span.until),
        }
        for change in changes
    ]


def _holding(holding: Holding) -> dict[str, Any]:
    return {
        "team": holding.team,
        "holder": _text(holding.holder),
        "policy": holding.policy,
        "gap": holding.gap,
        "hours": [_opening(opening) for opening in holding.hours],
        "outside": _text(holding.outside),
        "outsideGap": holding.outside_gap,
    }


def _opening(opening: Hours) -> dict[str, Any]:
    names = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
    days = [names[day] for day in sorted(opening.days)]
    return {"days": days, "from": f"{opening.start:%H:%M}", "to": f"{opening.until:%H:%M}"}


def _accountability(of: Accountability) -> dict[str, Any]:
    return {"accountable": _text(of.accountable), "how": of.how.value}


def _office(change: OfficeChange) -> dict[str, Any]:
    before, after = ([str(each) for each in held] for held in (change.before, change.after))
    return {"office": change.office, "of": change.of, "before": before, "after": after}


def _person(person: PersonChange, new: Organization) -> dict[str, Any]:
    return {
        "user": str(person.user),
        "name": name_of(new, person.user),
        "before": float(person.before),
        "after": float(person.after),
        "joins": [str(group) for group in person.joins],
        "leaves": [str(group) for group in person.leaves],
        "since": _day(person.span.since),
        "until": _day(person.span.until),
    }


def _document(change: DocumentChange) -> dict[str, Any]:
    what = "changed" if change.was_there and change.is_there else "added" if change.is_there else "removed"
    return {
        "kind": change.kind,
        "name": change.name,
        "change": what,
        "fields": [_camel(name) for name in change.fields],
    }


def _camel(name: str) -> str:
    first, *rest = name.split("_")
    return first + "".join(word.capitalize() for word in rest)


def _harm(harm: Harm) -> dict[str, Any]:
    return {"rule": harm.rule, "subjects": list(harm.subjects), "text": harm.text, "since": _day(harm.since)}


def _text(ref: EntityRef | None) -> str | None:
    return str(ref) if ref is not None else None


def _day(day: date | None) -> str | None:
    return day.isoformat() if day is not None else None
