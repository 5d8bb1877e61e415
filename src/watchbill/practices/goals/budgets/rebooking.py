"""Re-bookings: what people say that bad events were spent by, against what the precedence says. Nouns alone; nothing is decided here.

One is added and never changed but for the answer of whoever has to approve it; a later one wins over an earlier one.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from watchbill.org.values import EntityRef
from watchbill.practices.goals.ledger import minute_of

from .books import Account, Claim


class RebookingState(StrEnum):
    """Where a re-booking stands: it waits for an approval, counts, or was refused."""

    ASKED = "asked"
    IN_FORCE = "inForce"
    REFUSED = "refused"


@dataclass(frozen=True)
class Rebooking:
    """That the bad events of a goal in the minutes of [`start`, `end`) belong to an account: by whom it was said, and why.

    `approver` is who has to approve it, None where nobody has to; `decided_by` who did, or refused.
    """

    id: str
    goal: str
    thing: EntityRef
    start: datetime
    end: datetime
    account: Account
    reason: str
    author: EntityRef
    asked_at: datetime
    state: RebookingState
    approver: EntityRef | None = None
    decided_by: EntityRef | None = None
    decided_at: datetime | None = None
    decision_reason: str = ""


def rebooked_claims(newest_first: Iterable[Rebooking]) -> list[Claim]:
    """Return the claims of the re-bookings that count, the newest first."""
    return [
        Claim(each.account, ((minute_of(each.start), minute_of(each.end)),), rebooked=True)
        for each in newest_first
        if each.state is RebookingState.IN_FORCE
    ]
