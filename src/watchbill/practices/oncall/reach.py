"""Whom a step reaches, as the organisation stands now: targets unfolded into recipients, recipients into addresses.

Pure. Whatever leads nowhere gives a stored value (`Outcome`) that says why.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from watchbill.org.belonging import members_of
from watchbill.org.charters import EscalationStep, Target
from watchbill.org.claims import day_of
from watchbill.org.hours import is_within
from watchbill.org.organization import Organization
from watchbill.org.rotation import shift_at
from watchbill.org.values import EntityRef

from .frozen_policy import FrozenPolicy
from .model import Outcome, Room

ROOM = "channel"
INBOX = "inbox"
EMAIL = "email"


@dataclass(frozen=True)
class Recipient:
    """Who is told: a user reference or `channel:NAME`, and which targets of the step led there."""

    name: str
    why: str


@dataclass(frozen=True)
class Missed:
    """A target that led to nobody (an empty target: the whole step), and why."""

    target: str
    outcome: Outcome


@dataclass(frozen=True)
class Reach:
    """What a step comes to at an instant."""

    recipients: tuple[Recipient, ...]
    missed: tuple[Missed, ...]

    @property
    def is_closed(self) -> bool:
        """Whether the step was passed over because of its hours."""
        return any(missed.outcome is Outcome.OUTSIDE_HOURS for missed in self.missed)


@dataclass(frozen=True)
class Route:
    """One channel and address for a recipient; `unusable` says why nothing can be sent that way."""

    channel: str
    address: str
    unusable: Outcome | None = None


def reach_of(
    step: EscalationStep,
    frozen: FrozenPolicy,
    organization: Organization,
    rooms: Mapping[str, Room],
    at: datetime,
    *,
    paged_before: Sequence[str] = (),
) -> Reach:
    """Return whom a step reaches at `at`. `paged_before` are recipients in the order in which the step last took them.

    A round-robin step takes one person: whoever it has never taken, else whom it took longest ago; rooms are always told.
    """
    if step.when and not is_within(step.when, at.astimezone(frozen.time_zone)):
        return Reach((), (Missed("", Outcome.OUTSIDE_HOURS),))
    whys: dict[str, list[str]] = {}
    missed = []
    for target in step.targets:
        found = _unfold(target, organization, rooms, at)
        if isinstance(found, Missed):
            missed.append(found)
            continue
        for recipient in found:
            whys.setdefault(recipient.name, []).append(recipient.why)
    recipients = [Recipient(name, "; ".join(reasons)) for name, reasons in whys.items()]
    if step.round_robin:
        recipients = _one_in_turn(recipients, paged_before)
    return Reach(tuple(recipients), tuple(missed))


def routes_to(recipient: str, organization: Organization, rooms: Mapping[str, Room]) -> tuple[Route, ...]:
    """Return the ways to a recipient: a room has its own; a person has the inbox, and e-mail to the catalog's address.

    Whether this process can send e-mail plays no part: another one may.
    """
    kind, _, name = recipient.partition(":")
    if kind == ROOM:
        return (Route(rooms[name].kind, name),)
    user = organization.users.get(EntityRef.parse(recipient, kind="user"))
    address = (user.email if user else None) or ""
    return (Route(INBOX, recipient), Route(EMAIL, address, None if address else Outcome.NO_ADDRESS))


def _unfold(
    target: Target, organization: Organization, rooms: Mapping[str, Room], at: datetime
) -> tuple[Recipient, ...] | Missed:
    name = f"{target.kind}:{target.name}"
    if target.kind == ROOM:
        known = target.name in rooms
        return (Recipient(name, f"{name} is named by the step"),) if known else Missed(name, Outcome.CHANNEL_UNKNOWN)
    people, why, nobody = _people(target, organization, at)
    known_people = [person for person in people if person in organization.users]
    if not known_people:
        return Missed(name, Outcome.TARGET_UNKNOWN if people else nobody)
    return tuple(Recipient(str(person), why) for person in known_people)


def _people(target: Target, organization: Organization, at: datetime) -> tuple[tuple[EntityRef, ...], str, Outcome]:
    """Return the people behind a target, why it leads to them, and what to say if there is none."""
    if target.kind == "schedule":
        schedule = organization.schedules.get(target.name)
        if schedule is None:
            return (), "", Outcome.TARGET_UNKNOWN
        shift = shift_at(schedule, at)
        return shift.people, f"on watch in schedule:{schedule.name}, {shift.reason}", Outcome.NOBODY_ON_WATCH
    ref = EntityRef.parse(target.name, kind=target.kind)
    if target.kind == "group":
        if ref not in organization.groups:
            return (), "", Outcome.TARGET_UNKNOWN
        return (
            tuple(sorted(members_of(organization, ref, day_of(organization, at)))),
            f"member of {ref}",
            Outcome.GROUP_IS_EMPTY,
        )
    return (ref,), f"{ref} is named by the step", Outcome.TARGET_UNKNOWN


def _one_in_turn(recipients: Sequence[Recipient], paged_before: Sequence[str]) -> list[Recipient]:
    rooms = [recipient for recipient in recipients if recipient.name.startswith(f"{ROOM}:")]
    people = [recipient for recipient in recipients if recipient not in rooms]
    order = {name: place for place, name in enumerate(paged_before)}
    return [*sorted(people, key=lambda person: order.get(person.name, -1))[:1], *rooms]
