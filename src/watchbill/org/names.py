"""What people call what the files declare: titles for people, groups and schedules, services by the name they are written with."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date

from watchbill.lib.ordering import as_counted

from .charters import SRETeam
from .entities import Thing
from .implementations import rules_of
from .organization import Organization
from .values import EntityRef

_REFERENCE = re.compile(
    r"\b(user|group|component|resource|schedule|channel):[\w-]+(?:\.[\w-]+)*(?:/[\w-]+(?:\.[\w-]+)*)?(?![\w/])"
)


def name_of(organization: Organization, ref: EntityRef | str | None) -> str:
    """Return what a reference is called: `user:ana` is Ana Ferreira, `channel:ops` room ops; the unknown keeps its own name."""
    if ref is None:
        return "nobody"
    if isinstance(ref, str):
        kind, _, name = ref.rpartition(":")
        if kind == "channel":
            return f"room {name}"
        if kind == "schedule":
            return _title_of_schedule(organization, name)
        if not kind:
            return name
        ref = EntityRef.parse(ref, kind="user")
    for known in (organization.users, organization.groups):
        entity = known.get(ref)
        if entity is not None:
            return entity.title or ref.name
    return ref.name


def thing_order(thing: Thing) -> tuple[object, ...]:
    """Return where a thing stands in lists: by its kind, then by its title as people count."""
    return thing.ref.kind, as_counted(thing.title or thing.ref.name), thing.ref


def with_names(organization: Organization, text: str, called: Callable[[EntityRef], str] | None = None) -> str:
    """Return one of our own sentences with the references in it as people call them; what is not declared stays as written.

    What is in the catalog may be `called` in a way of its own.
    """

    def named(found: re.Match[str]) -> str:
        if called is not None and (ref := EntityRef.parse(found[0], kind="component")) in organization.things:
            return called(ref)
        return name_of(organization, found[0]) if _is_declared(organization, found[0]) else found[0]

    return _REFERENCE.sub(named, text)


def called_beside_sre(organization: Organization, team: SRETeam, day: date) -> str:
    """Return what a team's people are called beside SREs on a day, by whom they serve; the empty text for nothing else."""
    serving = (each for each in organization.engagements.values() if each.sre == team.name and each.serves(day))
    partners = {each.partner for each in serving} & organization.groups.keys()
    return rules_of(team.implementation).called({organization.groups[partner].type for partner in partners})


def _title_of_schedule(organization: Organization, name: str) -> str:
    schedule = organization.schedules.get(name)
    return (schedule.title if schedule is not None else "") or name


def _is_declared(organization: Organization, reference: str) -> bool:
    kind, _, name = reference.partition(":")
    if kind == "channel":
        return True
    if kind == "schedule":
        return name in organization.schedules
    ref = EntityRef.parse(reference, kind=kind)
    return any(ref in known for known in (organization.users, organization.groups, organization.things))
