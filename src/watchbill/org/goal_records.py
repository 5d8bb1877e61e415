"""What is on record of a goal: who approved it, and when it was last looked at. Annotations, as OpenSLO has no field for it."""

from __future__ import annotations

from datetime import date

from .nodes import Path
from .slos import WrittenSLO
from .values import EntityRef

APPROVED_ANNOTATION = "watchbill.dev/approved-by"
REVIEWED_ANNOTATION = "watchbill.dev/reviewed"


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
