"""Slows down whoever guesses passwords: after a few failures, each next attempt from that address has to wait longer.

Kept in memory of this process: it bounds the work that guessing costs us. How often one account may fail is the accounts' rule.
"""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass
from datetime import datetime, timedelta

from .refusals import TooManyAttempts

FREE_FAILURES = 10
FORGOTTEN_AFTER = timedelta(minutes=15)
LONGEST_WAIT = timedelta(seconds=60)
_MOST_ADDRESSES = 10_000


@dataclass(frozen=True)
class _Failures:
    count: int
    last_at: datetime


class Throttle:
    """Counts failures by address; the address that failed longest ago is forgotten first."""

    def __init__(self) -> None:
        self._failures: OrderedDict[str, _Failures] = OrderedDict()

    def check(self, address: str, now: datetime) -> None:
        """Raise TooManyAttempts while an address has to wait."""
        failures = self._remembered(address, now)
        if failures is None or failures.count < FREE_FAILURES:
            return
        doubled = min(failures.count - FREE_FAILURES, 10)
        wait = min(timedelta(seconds=2**doubled), LONGEST_WAIT) - (now - failures.last_at)
        if wait > timedelta():
            seconds = max(1, int(wait.total_seconds()) + 1)
            raise TooManyAttempts("Too many attempts from here.", f"Wait {seconds} s, then try again.", "", seconds)

    def failed(self, address: str, now: datetime) -> None:
        """Count a failure."""
        before = self._remembered(address, now)
        self._failures[address] = _Failures(before.count + 1 if before else 1, now)
        self._failures.move_to_end(address)
        if len(self._failures) > _MOST_ADDRESSES:
            self._failures.popitem(last=False)

    def succeeded(self, address: str) -> None:
        """Forget the failures of an address."""
        self._failures.pop(address, None)

    def _remembered(self, address: str, now: datetime) -> _Failures | None:
        failures = self._failures.get(address)
        return failures if failures and now - failures.last_at < FORGOTTEN_AFTER else None
