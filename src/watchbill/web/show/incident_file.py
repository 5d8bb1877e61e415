"""An incident's figures: how long it took to find, to call and to answer, as the record has it. Each is None until it happened."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from watchbill.practices.incidents.service import IncidentFile
from watchbill.practices.record.model import Kind


@dataclass(frozen=True)
class Spans:
    """Lengths of time of an incident; `began` is when its first alert says that the trouble began."""

    began: datetime
    detected: timedelta
    lasts: timedelta
    paged: timedelta | None
    acknowledged: timedelta | None


def spans(file: IncidentFile, now: datetime) -> Spans:
    """Return how long the parts of an incident took; what still runs is measured up to `now`."""
    incident = file.incident
    began = min([incident.opened_at, *(alert.starts_at for alert in file.alerts)])
    return Spans(
        began,
        incident.opened_at - began,
        (incident.resolved_at or now) - incident.opened_at,
        _after(file, Kind.NOTICE_SENT),
        _after(file, Kind.PAGE_ACKNOWLEDGED),
    )


def _after(file: IncidentFile, kind: Kind) -> timedelta | None:
    first = next((entry.at for entry in file.record if entry.kind is kind), None)
    return None if first is None else first - file.incident.opened_at


def paged_people(file: IncidentFile) -> list[str]:
    """Return whom the page has called so far, in order, each once; rooms included."""
    return list(dict.fromkeys(notice.recipient for notice in file.notices if notice.sent_at is not None))
