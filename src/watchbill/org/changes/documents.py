"""Which documents come, go or say something else: what a change is made of, wherever in the files they stand."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import fields, is_dataclass
from typing import Any

from watchbill.org.entities import Group, User
from watchbill.org.organization import Organization
from watchbill.org.values import Place

from .model import DocumentChange

_Declared = Mapping[tuple[str, str], Any]

_OF_THE_ORGANIZATION = ("title", "time_zone", "catch_all", "admins", "hours", "overrides")
_OF_PEOPLE: Mapping[type, tuple[str, ...]] = {Group: ("members", "children"), User: ("groups",)}


def document_changes(old: Organization, new: Organization) -> tuple[DocumentChange, ...]:
    """Return the documents that differ, by kind and name; where both sides have one, with the fields that say something else.

    Who belongs to which group is told of the people.
    """
    own = tuple(_differing(old, new, _OF_THE_ORGANIZATION))
    organization = (DocumentChange("Organization", "", True, True, own),) if own else ()
    return organization + tuple(_changes(_declared(old), _declared(new)))


def _changes(before: _Declared, after: _Declared) -> Iterator[DocumentChange]:
    for kind, name in sorted({*before, *after}):
        was, becomes = before.get((kind, name)), after.get((kind, name))
        if was is None or becomes is None:
            yield DocumentChange(kind, name, was is not None, becomes is not None)
        elif was != becomes and (differing := tuple(_differing(was, becomes, _fields(was)))):
            yield DocumentChange(kind, name, True, True, differing)


def _declared(organization: Organization) -> _Declared:
    own: Mapping[str, Mapping[str, Any]] = {
        "SRETeam": organization.sre_teams,
        "Engagement": organization.engagements,
        "ReadinessReview": organization.reviews,
        "Schedule": organization.schedules,
        "EscalationPolicy": organization.escalation_policies,
        "BudgetPolicy": organization.budget_policies,
        "Exclusion": organization.exclusions,
        "SLO": organization.goals,
        "DataSource": organization.sources,
    }
    catalog = (organization.things, organization.systems, organization.groups, organization.users)
    entities = {
        (ref.kind.capitalize(), str(ref).partition(":")[2]): entity
        for known in catalog
        for ref, entity in known.items()
    }
    return {(kind, name): document for kind, of in own.items() for name, document in of.items()} | entities


def _differing(was: Any, becomes: Any, names: Iterable[str]) -> Iterator[str]:
    return (name for name in names if _said(getattr(was, name)) != _said(getattr(becomes, name)))


def _fields(document: Any) -> list[str]:
    told_elsewhere = _OF_PEOPLE.get(type(document), ())
    return [field.name for field in fields(document) if field.name not in told_elsewhere]


def _said(value: Any) -> Any:
    """Return a value without the places where its parts stand."""
    if isinstance(value, Place):
        return None
    if is_dataclass(value):
        return type(value), tuple(_said(getattr(value, field.name)) for field in fields(value))
    if isinstance(value, Mapping):
        return {key: _said(each) for key, each in value.items()}
    return tuple(_said(each) for each in value) if isinstance(value, tuple) else value
