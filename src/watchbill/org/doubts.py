"""Values that are valid and probably meant otherwise: a month written as a minute, a minute as a month."""

from __future__ import annotations

from datetime import timedelta

from .faults import FaultList
from .nodes import Document, Path
from .values import Duration, Place

_OTHER = {"minute": ("M", "months"), "month": ("m", "minutes")}


def doubt_minutes(document: Document, path: Path, faults: FaultList, duration: Duration | None) -> None:
    """Warn where a field that is about days or longer is given in minutes: `3m` for `3M`."""
    if duration is not None and duration.text.endswith("m") and duration.span < timedelta(days=1):
        _doubt(document.place(*path), faults, duration.text, "minute")


def doubt_months(document: Document, path: Path, faults: FaultList, duration: Duration | None) -> None:
    """Warn where a field that is about minutes or hours is given in months: `5M` for `5m`."""
    if duration is not None and duration.text.endswith("M"):
        _doubt(document.place(*path), faults, duration.text, "month")


def _doubt(place: Place, faults: FaultList, written: str, unit: str) -> None:
    letter, meant = _OTHER[unit]
    number = written[:-1].strip()
    faults.warning(
        "minute-or-month",
        place,
        f"“{written}” is {number} {unit}{'' if number == '1' else 's'}.",
        f"Did you mean “{number}{letter}”, {meant}?",
    )
