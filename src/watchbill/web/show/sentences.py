"""The record as the lines of a timeline: each sentence with its kind, its evidence, its reasons and what it follows from.

The sentences themselves are the record's: `practices/record/sentences.py`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from watchbill.org.names import name_of
from watchbill.org.organization import Organization
from watchbill.practices.record.model import Entry, Kind
from watchbill.practices.record.sentences import sentence

from .figures import figures_in_words
from .reasons import Reason, reasons

Details = Mapping[str, Any]


@dataclass(frozen=True)
class Line:
    """A line of a timeline. `kind` is one word; `key` marks the moves that matter most; `caused_by` is the id of another line."""

    id: str
    at: datetime
    kind: str
    text: str
    key: bool
    evidence: str
    because: tuple[Reason, ...]
    caused_by: str | None
    cause: str


_KINDS = {
    Kind.BURN_FOUND: "alert",
    Kind.BURN_ENDED: "alert",
    Kind.ALERT_FIRED: "alert",
    Kind.ALERT_RESOLVED: "alert",
    Kind.ALERTS_FIRED: "alert",
    Kind.ALERTS_RESOLVED: "alert",
    Kind.INCIDENT_OPENED: "incident",
    Kind.INCIDENT_RESOLVED: "resolve",
    Kind.HOLDER_NAMED: "coverage",
    Kind.PAGE_DUE: "page",
    Kind.STEP_TAKEN: "step",
    Kind.STEP_REACHED_NOBODY: "step",
    Kind.STEP_BROUGHT_FORWARD: "step",
    Kind.NOTICE_SENT: "notice",
    Kind.NOTICE_FAILED: "notice",
    Kind.NOTICE_DROPPED: "notice",
    Kind.PAGE_ACKNOWLEDGED: "ack",
    Kind.ACKNOWLEDGEMENT_EXPIRED: "ack",
    Kind.PAGE_RESOLVED: "page",
    Kind.PAGE_EXHAUSTED: "page",
    Kind.PAGE_DUE_AGAIN: "page",
    Kind.PAGE_PUT_OFF: "page",
}
_KEYS = frozenset(
    {Kind.BURN_FOUND, Kind.ALERT_FIRED, Kind.PAGE_ACKNOWLEDGED, Kind.INCIDENT_RESOLVED, Kind.PAGE_EXHAUSTED}
)


def timeline(entries: list[Entry], organization: Organization) -> list[Line]:
    """Return the lines of an incident's record, oldest first, each with the kind of the line that caused it."""

    def name(reference: str) -> str:
        return name_of(organization, reference)

    kinds = {entry.id: _KINDS[entry.kind] for entry in entries}
    return [
        Line(
            id=entry.id,
            at=entry.at,
            kind=_KINDS[entry.kind],
            text=sentence(entry, name),
            key=entry.kind in _KEYS,
            evidence=figures_in_words(entry.details.get("figures") or {}),
            because=tuple(_because(entry.details)),
            caused_by=entry.caused_by if entry.caused_by in kinds else None,
            cause=kinds.get(entry.caused_by or "", ""),
        )
        for entry in entries
    ]


def _because(details: Details) -> list[Reason]:
    given = reasons(details.get("because") or ())
    ways = [Reason(str(each["why"]), "") for each in details.get("reached") or () if each.get("why")]
    written = [Reason("as the step is written", f"{details['file']}:{details['line']}")] if details.get("file") else []
    return given + ways + written
