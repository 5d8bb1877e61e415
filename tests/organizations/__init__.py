"""Organisations for tests. `small`: one kitchen-sink team, two services on one database, a schedule, a policy, a goal."""

from __future__ import annotations

from pathlib import Path

from watchbill.org import folder
from watchbill.org.in_force import Reading
from watchbill.org.organization import Organization
from watchbill.org.values import EntityRef

SMALL = Path(__file__).parent / "small"


def read_small() -> Reading:
    """Return the reading of the small organisation, which has no errors."""
    reading = folder.read(SMALL)
    assert reading.errors == (), "\n".join(f"{fault.place}: {fault.message}" for fault in reading.errors)
    return reading


def small() -> Organization:
    """Return the small organisation."""
    organization = read_small().organization
    assert organization is not None
    return organization


def person(name: str) -> EntityRef:
    """Return the reference of a person."""
    return EntityRef("user", "default", name)
