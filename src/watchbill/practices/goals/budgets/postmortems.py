"""Which incidents call for a postmortem: by the budget policy, those that spent more than its share by themselves. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from fractions import Fraction

from watchbill.org.charters import BudgetPolicy
from watchbill.practices.incidents.model import Incident

from .books import Account, Booking, Cause


@dataclass(frozen=True)
class PostmortemDue:
    """That an incident spent `share` of a window's budget, more than the policy's `limit`.

    It is due at an instant where the policy says how soon after the end, and None while the incident is open.
    """

    account: Account
    share: Fraction
    limit: Fraction
    due: datetime | None


def postmortems_due(
    policy: BudgetPolicy, bookings: Iterable[Booking], allowed: Fraction, incidents: Mapping[str, Incident]
) -> Iterator[PostmortemDue]:
    """Yield what calls for a postmortem; `incidents` by their numbers, `allowed` is how much of the window may be bad."""
    limit = policy.postmortem_share
    if limit is None:
        return
    for booking in bookings:
        share = Fraction(booking.bad) / allowed
        if booking.account.cause is Cause.INCIDENT and share > limit:
            yield PostmortemDue(booking.account, share, limit, _due(policy, incidents.get(booking.account.subject)))


def _due(policy: BudgetPolicy, incident: Incident | None) -> datetime | None:
    if incident is None or incident.resolved_at is None or policy.postmortem_within is None:
        return None
    return incident.resolved_at + policy.postmortem_within.span
