"""Which person of the organisation an invitation names: the invitation decides, never who opens the link. Pure."""

from __future__ import annotations

from collections import Counter
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
    """The person that an account becomes, None for nobody, the address that it signs in with, and by what."""

    user: EntityRef | None
    email: str
    because: str


def person_named(invitation: Invitation, people: People, chosen: EntityRef | None = None) -> Named:
    """Return whom an invitation makes of who accepts it now. Raises Invalid where that is nobody of the catalog.

    `chosen` counts only with the link of the first start, whose account signs in with the chosen person's own address where
    they have one. Without a name in the invitation the catalog's e-mail addresses decide; an address that no person or
    several have names nobody.
    """
    if invitation.may_choose:
        user = _in_catalog(chosen, people, "Choose a person from the list.")
        own = addresses(invitation, people)[user] if user else invitation.email
        return Named(user, own, "first start's link: chosen freely")
    if invitation.user is not None:
        mend = "Put the person into the catalog, or ask for a new link."
        return Named(_in_catalog(invitation.user, people, mend), invitation.email, "named by the invitation")
    return Named(holder_of(invitation.email, people), invitation.email, "e-mail address in the catalog")


def holder_of(email: str, people: People) -> EntityRef | None:
    """Return the person who has an address in the catalog, None where nobody or several have it."""
    return next((user for user, address in _own(people).items() if address == email), None)


def addresses(invitation: Invitation, people: People) -> dict[EntityRef, str]:
    """Return for each person the address that they would sign in with if they chose to be them: theirs, else the invited one."""
    own = _own(people)
    return {user: own.get(user, invitation.email) for user in people}


def _own(people: People) -> dict[EntityRef, str]:
    """Return the addresses that exactly one person of the catalog has."""
    written = {user: (person.email or "").strip().lower() for user, person in people.items()}
    holders = Counter(written.values())
    return {user: address for user, address in written.items() if "@" in address and holders[address] == 1}


def _in_catalog(user: EntityRef | None, people: People, mend: str) -> EntityRef | None:
    if user is not None and user not in people:
        raise Invalid(f"“{user}” is not a person of this organisation.", mend)
    return user
