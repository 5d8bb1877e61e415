"""The clock: the only place where the running program asks what time it is.

Deciders never read it; they are handed an instant. All instants are timezone-aware and in UTC.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Protocol


class Clock(Protocol):
    """Says what time it is."""

    def now(self) -> datetime:
        """Return the present instant, timezone-aware, in UTC."""
        ...


class SystemClock:
    """The machine's clock."""

    def now(self) -> datetime:
        """Return the machine's present instant in UTC."""
        return datetime.now(UTC)


class HandClock:
    """A clock that moves only when told to: for tests that pass time by hand, and for replays."""

    def __init__(self, start: datetime) -> None:
        self._now = start.astimezone(UTC)

    def now(self) -> datetime:
        """Return the instant that was last set."""
        return self._now

    def set(self, instant: datetime) -> None:
        """Move to `instant`, forwards or backwards."""
        self._now = instant.astimezone(UTC)
