"""An incident's figures: how long it took to find, to call and to answer, as the record has it. Each is None until it happened."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from watchbill.practices.incidents.service import IncidentFile
from watchbill.practices.oncall.model import Notice
from watchbill.practices.record.model import Kind

from .sentences import Line


@dataclass(frozen=True)
class Spans:
    """Lengths of time of an incident; `began` is when its story begins, at the counter or at the sender."""

    began: datetime
    detected: timedelta
    lasts: timedelta
    paged: timedelta | None
    acknowledged: timedelta | None


def spans(file: IncidentFile, story: Sequence[Line], now: datetime) -> Spans:
    """Return how long the parts of an incident took, of which `story` is the timeline; what still runs is measured up to `now`."""
    incident = file.incident
    began = min([incident.opened_at, *(alert.starts_at for alert in file.alerts), *(line.at for line in story[:1])])
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


@dataclass(frozen=True)
class Told:
    """A recipient as one step told them, by each of the notices."""

    recipient: str
    step: int
    round: int
    notices: tuple[Notice, ...]


def told(notices: Iterable[Notice]) -> list[Told]:
    """Return who was told, one row a recipient and step, in the order of the notices."""
    rows: dict[tuple[str, int, int, int], list[Notice]] = {}
    for notice in notices:
        rows.setdefault((notice.recipient, notice.run, notice.round, notice.step), []).append(notice)
    return [Told(recipient, step, again, tuple(found)) for (recipient, _, again, step), found in rows.items()]
