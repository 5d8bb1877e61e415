"""An organisation's folder read for a command that answers from files alone."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

from watchbill.lib.errors import Invalid
from watchbill.lib.instants import rfc3339
from watchbill.org.organization import Organization


def organization_in(folder: Path, at: datetime) -> Organization:
    """Return the organisation declared in a folder, with who holds which pager checked from `at` on.

    Raises Invalid where it has errors, NotFound where there is no folder.
    """
    from watchbill.org.folder import read

    reading = read(folder, at)
    if reading.organization is None:
        first = reading.errors[0]
        count = len(reading.errors)
        raise Invalid(
            f"{folder} has {count} error{'s' if count > 1 else ''}, the first: {first.message}",
            f"`watchbill lint {folder} --at {rfc3339(at)}` lists them all.",
            str(first.place),
        )
    return reading.organization
