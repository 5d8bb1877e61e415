"""Incidents: what people work on, with the alerts, the page and the record behind each, and resolving one."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Path, Query, Request
from pydantic import Field

from watchbill.org.charters import AlertClass
from watchbill.org.objectives import Severity
from watchbill.practices.incidents.model import Alert, AlertState, Incident, IncidentState
from watchbill.practices.record.model import Entry, Kind
from watchbill.web.callers import acting_user
from watchbill.web.lookups import reference_to

from . import API
from .pages import NoticeAnswer, PageAnswer
from .values import Answer, Asked, FromDoors, problems, text_of

router = APIRouter(prefix=API, tags=["incidents"])

IdOrNumber = Annotated[
    str,
    Path(
        pattern="^([0-9]{1,9}|[0-9a-hjkmnp-tv-z]{26})$",
        description="The incident's number, or its id.",
        examples=["17"],
    ),
]
_Filter = Annotated[str | None, Query(min_length=1, max_length=255)]


class IncidentAnswer(Answer):
    """An incident; `number` is what people say aloud."""

    id: str
    number: int
    state: IncidentState
    title: str
    service: str | None
    alert_class: AlertClass
    severity: Severity
    holder: str | None = Field(description="The group that held the pager when it opened; null: nobody.")
    team: str | None
    engagement: str | None
    opened_at: datetime
    resolved_at: datetime | None

    @classmethod
    def of(cls, incident: Incident) -> IncidentAnswer:
        """Return an incident as it is answered."""
        return cls(
            id=incident.id,
            number=incident.number,
            state=incident.state,
            title=incident.title,
            service=text_of(incident.thing),
            alert_class=incident.alert_class,
            severity=incident.severity,
            holder=text_of(incident.holder),
            team=incident.team,
            engagement=incident.engagement,
            opened_at=incident.opened_at,
            resolved_at=incident.resolved_at,
        )


class AlertAnswer(Answer):
    """What a sender said, as it was kept."""

    id: str
    source: str
    fingerprint: str
    state: AlertState
    title: str
    severity: Severity
    starts_at: datetime
    ends_at: datetime | None
    last_said_at: datetime
    times_said: int
    labels: Mapping[str, str]
    annotations: Mapping[str, str]
    figures: Mapping[str, Any]
    link: str | None

    @classmethod
    def of(cls, alert: Alert) -> AlertAnswer:
        """Return an alert as it is answered."""
        return cls(
            id=alert.id,
            source=alert.source,
            fingerprint=alert.fingerprint,
            state=alert.state,
            title=alert.title,
            severity=alert.severity,
            starts_at=alert.starts_at,
            ends_at=alert.ends_at,
            last_said_at=alert.last_said_at,
            times_said=alert.times_said,
            labels=alert.labels,
            annotations=alert.annotations,
            figures=alert.figures,
            link=alert.link,
        )


class EntryAnswer(Answer):
    """One thing that happened; `causedBy` is the entry that led to it."""

    id: str
    at: datetime
    kind: Kind
    actor: str
    details: Mapping[str, Any]
    caused_by: str | None

    @classmethod
    def of(cls, entry: Entry) -> EntryAnswer:
        """Return an entry as it is answered."""
        return cls(
            id=entry.id,
            at=entry.at,
            kind=entry.kind,
            actor=entry.actor,
            details=entry.details,
            caused_by=entry.caused_by,
        )


class IncidentsAnswer(Answer):
    """Incidents, the newest first."""

    schema_: Literal["watchbill/incidents/v1"] = Field(default="watchbill/incidents/v1", alias="schema")
    at: datetime
    incidents: list[IncidentAnswer]
    next: int | None = Field(description="Ask again with `before` set to this for older ones; null: these are all.")


class OneIncidentAnswer(Answer):
    """One incident."""

    schema_: Literal["watchbill/incident/v1"] = Field(default="watchbill/incident/v1", alias="schema")
    at: datetime
    incident: IncidentAnswer


class IncidentFileAnswer(Answer):
    """Everything about one incident."""

    schema_: Literal["watchbill/incident-file/v1"] = Field(default="watchbill/incident-file/v1", alias="schema")
    at: datetime
    incident: IncidentAnswer
    because: list[Mapping[str, Any]] = Field(description="Why the pager was with its holder, as stored when it opened.")
    alerts: list[AlertAnswer] = Field(description="The 200 alerts that began last.")
    alert_count: int = Field(description="How many alerts there are in all.")
    page: PageAnswer | None
    notices: list[NoticeAnswer]
    record: list[EntryAnswer] = Field(description="Of a long record the first 100 entries and the last 400.")
    record_count: int = Field(description="How many entries there are in all.")


class Resolution(Asked):
    """Why an incident is over."""

    reason: str = Field(default="", max_length=2000, pattern=r"^[^\x00]*$", examples=["rolled back to 4.2.1"])


@router.get("/incidents", responses=problems())
async def get_incidents(
    *,
    doors: FromDoors,
    state: Annotated[IncidentState | None, Query()] = None,
    service: _Filter = None,
    holder: _Filter = None,
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
    before: Annotated[
        int | None, Query(ge=1, le=999_999_999, description="Only incidents with a smaller number.")
    ] = None,
) -> IncidentsAnswer:
    """Return incidents, the newest first, in parts of at most `limit`."""
    found = await doors.incidents.incidents(
        state=state,
        thing=reference_to(service, kind="component") if service else None,
        holder=reference_to(holder, kind="group") if holder else None,
        limit=limit + 1,
        before=before,
    )
    part = found[:limit]
    return IncidentsAnswer(
        at=doors.clock.now(),
        incidents=[IncidentAnswer.of(incident) for incident in part],
        next=part[-1].number if len(found) > limit else None,
    )


@router.get("/incidents/{id}", responses=problems(404))
async def get_incident(id: IdOrNumber, doors: FromDoors) -> IncidentFileAnswer:  # noqa: A002 - the path's word
    """Return one incident with its alerts, its page, the notices and the record of what happened, in order."""
    file = await doors.incidents.incident(id)
    return IncidentFileAnswer(
        at=doors.clock.now(),
        incident=IncidentAnswer.of(file.incident),
        because=list(file.incident.because),
        alerts=[AlertAnswer.of(alert) for alert in file.alerts],
        alert_count=file.alert_count,
        page=PageAnswer.of(file.page) if file.page else None,
        notices=[NoticeAnswer.of(notice) for notice in file.notices],
        record=[EntryAnswer.of(entry) for entry in file.record],
        record_count=file.record_count,
    )


@router.post("/incidents/{id}/resolve", responses=problems(404, 409, 413))
async def resolve_incident(
    id: IdOrNumber,  # noqa: A002 - the path's word
    request: Request,
    doors: FromDoors,
    resolution: Resolution | None = None,
) -> OneIncidentAnswer:
    """Resolve an incident in the name of the caller."""
    now = doors.clock.now()
    reason = resolution.reason if resolution else ""
    incident = await doors.incidents.resolve(id, acting_user(request), now, reason)
    return OneIncidentAnswer(at=now, incident=IncidentAnswer.of(incident))
