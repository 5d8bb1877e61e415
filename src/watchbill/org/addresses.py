"""Where a page finds those whom it calls: the e-mail addresses of people, and rooms, which only a server's settings know.

Whom a page calls at an instant is the matter of the watch, and so is what comes of a message that finds nobody.
"""

from __future__ import annotations

import re
from itertools import takewhile

from .faults import FaultList
from .organization import Organization
from .recognition import Family
from .register import Register
from .shapes import backstage
from .values import EntityRef

_EMAIL = re.compile(r"[^@\s]+@[^@\s]+\Z")


def check_addresses(register: Register, organization: Organization) -> None:
    """Report e-mail addresses that are none, people whom pages call without one, and rooms that a page needs first."""
    for one, user in register.each(Family.BACKSTAGE, "User", backstage.User):
        written = _email(user)
        if written and not _EMAIL.match(written):
            register.faults.warning(
                "bad-email",
                one.document.place("spec", "profile", "email"),
                f"“{written}” is no e-mail address: no mail can reach {one.ref} there.",
                "Write it as in ana@example.org.",
            )
    for person in sorted(_called(organization)):
        _check_person(register, person)
    _check_rooms(organization, register.faults)


def _called(organization: Organization) -> set[EntityRef]:
    """Return everybody whom a page may call: who takes turns, and whom a step names, alone or by a group."""
    layers = [layer for schedule in organization.schedules.values() for layer in schedule.layers]
    found = {person for layer in layers for turn in layer.turns for person in turn}
    steps = [step for policy in organization.escalation_policies.values() for step in policy.steps]
    for target in (target for step in steps for target in step.targets):
        if target.kind == "user":
            found.add(EntityRef.parse(target.name, kind="user"))
        elif target.kind == "group":
            group = organization.groups.get(EntityRef.parse(target.name, kind="group"))
            found |= group.members if group is not None else frozenset()
    return found


def _check_person(register: Register, person: EntityRef) -> None:
    declared = register.entity(person)
    if declared is not None and isinstance(declared.shape, backstage.User) and not _email(declared.shape):
        register.faults.note(
            "person-without-email",
            declared.place,
            f"Pages call {person}, who has no e-mail address: they wait in the inbox alone.",
            "Add the address to the User: “profile: {email: …}” in “spec”.",
        )


def _email(user: backstage.User) -> str:
    return (user.spec.profile.email if user.spec.profile else None) or ""


def _check_rooms(organization: Organization, faults: FaultList) -> None:
    """Note each room once that is the first whom a policy's first step calls."""
    noted: set[str] = set()
    for policy in organization.escalation_policies.values():
        first_step = policy.steps[0].targets
        for room in takewhile(lambda target: target.kind == "channel", first_step):
            if room.name in noted:
                continue
            noted.add(room.name)
            faults.note(
                "room-from-settings",
                room.place,
                f"A page calls the room “{room.name}” first; rooms stand in the settings of the server, which are not read here.",
                f"Name it there, as [rooms.{room.name}] with “kind” and “address”; “watchbill config” shows the rooms in force.",
            )
