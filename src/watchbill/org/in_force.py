"""The organisation in force: the last one that linted without errors, and what is wrong with the files since, if anything."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from .faults import Fault, Level
from .organization import Organization


@dataclass(frozen=True)
class Reading:
    """One reading of the organisation's folder: the linked organisation, or None where errors forbid it, and all faults."""

    organization: Organization | None
    faults: tuple[Fault, ...]
    revision: str

    @property
    def errors(self) -> tuple[Fault, ...]:
        """The faults that keep this reading out of force."""
        return tuple(fault for fault in self.faults if fault.level is Level.ERROR)


class OrganizationInForce:
    """Holds the organisation that every decision is made by; `latest` may be a newer reading that was not fit to take over."""

    def __init__(self, reading: Reading, at: datetime) -> None:
        if reading.organization is None:
            raise ValueError("the first reading must be free of errors")
        self.organization: Organization = reading.organization
        self.since = at
        self.latest = reading
        self.latest_at = at

    @property
    def is_stale(self) -> bool:
        """Whether the files have changed since into something that does not lint: the last good organisation is in force."""
        return self.latest.organization is None

    def offer(self, reading: Reading, at: datetime) -> bool:
        """Take over a new reading if it has no errors; return whether the organisation in force changed."""
        self.latest, self.latest_at = reading, at
        if reading.organization is None or reading.revision == self.organization.revision:
            return False
        self.organization.memory.forget()
        self.organization, self.since = reading.organization, at
        return True
