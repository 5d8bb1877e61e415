"""What is on record of a goal: who answers for it and approved it, why it is so, and when it was last looked at; and how few events
are too few to alert on. Annotations, as OpenSLO has no field for it.
"""

from __future__ import annotations

from datetime import date

from .nodes import Path
from .objectives import Least
from .slos import WrittenSLO
from .values import EntityRef

APPROVED_ANNOTATION = "watchbill.dev/approved-by"
REVIEWED_ANNOTATION = "watchbill.dev/reviewed"
OWNER_ANNOTATION = "watchbill.dev/owner"
RATIONALE_ANNOTATION = "watchbill.dev/rationale"
ASPIRATIONAL_ANNOTATION = "watchbill.dev/aspirational"
EVENTS_ANNOTATION = "watchbill.dev/minimum-events"
FAILURES_ANNOTATION = "watchbill.dev/minimum-failures"
_MOST_DIGITS = 9


def link_approvals(slo: WrittenSLO) -> tuple[EntityRef, ...]:
    """Return the people and groups that the annotation names, in its order; who does not exist is a fault."""
    path: Path = ("metadata", "annotations", APPROVED_ANNOTATION)
    written = [text.strip() for text in slo.annotation(APPROVED_ANNOTATION).split(",")]
    found = [slo.register.resolve(slo.one, path, ("user", "group"), text=text) for text in written if text]
    return tuple(dict.fromkeys(ref for ref in found if ref is not None))


def link_reviewed(slo: WrittenSLO) -> date | None:
    """Return the day that the annotation names; what is no day is a fault."""
    path: Path = ("metadata", "annotations", REVIEWED_ANNOTATION)
    written = slo.annotation(REVIEWED_ANNOTATION).strip()
    if not written:
        return None
    try:
        return date.fromisoformat(written)
    except ValueError:
        what = f"“{written}” is not a date."
        slo.faults.error("bad-date", slo.document.place(*path), what, "Write year, month and day: 2026-02-03.")
        return None


def link_owner(slo: WrittenSLO) -> EntityRef | None:
    """Return the person or group that the annotation names; who does not exist is a fault."""
    written = slo.annotation(OWNER_ANNOTATION).strip()
    if not written:
        return None
    path: Path = ("metadata", "annotations", OWNER_ANNOTATION)
    return slo.register.resolve(slo.one, path, ("group", "user"), text=written)


def link_aspirational(slo: WrittenSLO) -> bool:
    """Return whether the goal is aimed at and not promised yet; what is neither true nor false is a fault."""
    written = slo.annotation(ASPIRATIONAL_ANNOTATION).strip()
    if written not in {"", "true", "false"}:
        place = slo.document.place("metadata", "annotations", ASPIRATIONAL_ANNOTATION)
        slo.faults.error("wrong-value", place, f"“{written}” is neither true nor false.", "Write “true”, in quotes.")
    return written == "true"


def link_least(slo: WrittenSLO) -> Least:
    """Return how few events, and bad ones, are too few to alert on; what is no whole number is a fault."""
    return Least(_whole_number(slo, EVENTS_ANNOTATION), _whole_number(slo, FAILURES_ANNOTATION))


def _whole_number(slo: WrittenSLO, annotation: str) -> int:
    written = slo.annotation(annotation).strip()
    if not written:
        return 0
    if not (written.isascii() and written.isdecimal()) or len(written) > _MOST_DIGITS:
        place = slo.document.place("metadata", "annotations", annotation)
        slo.faults.error("wrong-value", place, f"“{written}” is no whole number.", "Write a number, as in “100”.")
        return 0
    return int(written)
