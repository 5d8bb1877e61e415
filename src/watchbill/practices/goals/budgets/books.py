"""The books of a budget: every bad event of a window is booked to exactly one account, by minute and by a written precedence. Pure.

The totals are those of the budget, to the event: what is booked as spent is what was spent, and what was excluded stands beside it.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

import numpy as np

from watchbill.org.values import EntityRef
from watchbill.practices.goals.exclusions import Span
from watchbill.practices.goals.ledger import start_of
from watchbill.practices.goals.model import Amount
from watchbill.practices.goals.spending import Spending


class Cause(StrEnum):
    """What bad events are booked to."""

    INCIDENT = "incident"
    CHANGE = "change"
    DEPENDENCY = "dependency"
    MAINTENANCE = "maintenance"
    CHAOS = "chaos"
    NOT_ATTRIBUTED = "notAttributed"


PRECEDENCE = (Cause.MAINTENANCE, Cause.CHAOS, Cause.INCIDENT, Cause.CHANGE, Cause.DEPENDENCY)
"""Which cause has a minute that several claim. What people re-booked comes before it, what is excluded before all."""


@dataclass(frozen=True)
class Account:
    """A cause, what it was (`subject`: an incident's number, a reference, words), and who holds it, where somebody does."""

    cause: Cause
    subject: str = ""
    title: str = ""
    holder: EntityRef | None = None
    team: str | None = None


NOBODYS = Account(Cause.NOT_ATTRIBUTED)


@dataclass(frozen=True)
class Claim:
    """That an account has the bad events of some spans of minutes. `rebooked` by people, or `excluded`: then they are not spent."""

    account: Account
    spans: tuple[Span, ...]
    rebooked: bool = False
    excluded: bool = False

    @property
    def rank(self) -> int:
        """Its place in the precedence: the lowest has a minute that several claim."""
        if self.excluded or self.rebooked:
            return -2 if self.excluded else -1
        return PRECEDENCE.index(self.account.cause)


@dataclass(frozen=True)
class Booking:
    """What an account has: how many bad events in how many minutes, and between when. What was excluded is not `spent`."""

    account: Account
    bad: Amount
    minutes: int
    since: datetime
    until: datetime
    spent: bool


def booked(spending: Spending, claims: Iterable[Claim]) -> list[Booking]:
    """Return the bookings of all bad events, the largest first; of equal claims on a minute the first one has it."""
    ordered = sorted(claims, key=lambda claim: claim.rank)
    owner = np.full(len(spending.bad), len(ordered), dtype=np.int64)
    for place in reversed(range(len(ordered))):
        for span in ordered[place].spans:
            owner[spending.within(span)] = place
    is_bad = spending.bad > 0
    entries: dict[tuple[Account, bool], list[int]] = {}
    for place in np.unique(owner[is_bad]).tolist():
        claim = ordered[place] if place < len(ordered) else None
        entry = (NOBODYS, True) if claim is None else (claim.account, not claim.excluded)
        entries.setdefault(entry, []).append(place)
    found = [_booking(spending, entry, is_bad & np.isin(owner, places)) for entry, places in entries.items()]
    return sorted(found, key=lambda booking: (not booking.spent, -booking.bad, booking.since))


def _booking(
    spending: Spending, entry: tuple[Account, bool], theirs: np.ndarray[tuple[int], np.dtype[np.bool_]]
) -> Booking:
    account, spent = entry
    minutes = np.flatnonzero(theirs)
    first, last = int(minutes[0]) + spending.first - spending.reach + 1, int(minutes[-1]) + spending.first
    bad = spending.amount(int(spending.bad[theirs].sum()))
    return Booking(account, bad, len(minutes) * spending.reach, start_of(first), start_of(last + 1), spent)
