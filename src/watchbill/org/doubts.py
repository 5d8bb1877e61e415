"""Values that are valid and probably meant otherwise: a month written as a minute, a minute as a month."""

from __future__ import annotations

from datetime import timedelta

from .faults import FaultList
from .nodes import Document, Path
from .values import Duration


def doubt_minutes(document: Document, path: Path, faults: FaultList, duration: Duration | None) -> None:
    """Warn where a field that is about days or longer is given in minutes: `3m` for `3M`."""
    if duration is not None and duration.text.endswith("m") and duration.span < timedelta(days=1):
        written = duration.text
        faults.warning(
            "minute-or-month",
            document.place(*path),
            f"“{written}” is {written[:-1]} minutes.",
            f"Did you mean “{written[:-1]}M”, months?",
        )


def doubt_months(document: Document, path: Path, faults: FaultList, duration: Duration | None) -> None:
    """Warn where a field that is about minutes or hours is given in months: `5M` for `5m`."""
    if duration is not None and duration.text.endswith("M"):
        written = duration.text
        faults.warning(
            "minute-or-month",
            document.place(*path),
            f"“{written}” is {written[:-1]} months.",
            f"Did you mean “{written[:-1]}m”, minutes?",
        )
