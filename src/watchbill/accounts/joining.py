"""Which person of the organisation an invitation names: the invitation decides, never who opens the link. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from watchbill.lib.errors import Invalid
from watchbill.org.entities import User
from watchbill.org.values import EntityRef

from .model import Invitation

People = Mapping[EntityRef, User]
"""The people of the catalog in force."""


@dataclass(frozen=True)
class Named:
    """The person that an account becomes, None for nobody, and by what."""

    user: EntityRef | None
    because: str


def person_named(invitation: Invitation, people: People, chosen: EntityRef | None = None) -> Named:
    """Return whom an invitation makes of who accepts it now. Raises Invalid where that is nobody of the catalog.

    `chosen` counts only with the link of the first start. Without a name in the invitation the catalog's e-mail addresses
    decide; an address that no person or several have names nobody.
    """
    if invitation.may_choose:
        return Named(_in_catalog(chosen, people, "Choose a person from the list."), "first start's link: chosen freely")
    if invitation.user is not None:
        mend = "Put the person into the catalog, or ask for a new link."
        return Named(_in_catalog(invitation.user, people, mend), "named by the invitation")
    same = [person.ref for person in people.values() if (person.email or "").lower() == invitation.email]
    return Named(same[0] if len(same) == 1 else None, "e-mail address in the catalog")


def _in_catalog(user: EntityRef | None, people: People, mend: str) -> EntityRef | None:
    if user is not None and user not in people:
        raise Invalid(f"“{user}” is not a person of this organisation.", mend)
    return user
