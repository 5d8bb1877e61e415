"""The nouns of incidents: what a sender says (a signal), what watchbill keeps of it (an alert), what people work on (an incident)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any

from watchbill.org.charters import AlertClass
from watchbill.org.objectives import Severity
from watchbill.org.values import EntityRef


class SignalStatus(StrEnum):
    """What a sender says of its alert now."""

    FIRING = "firing"
    RESOLVED = "resolved"


class AlertState(StrEnum):
    """Where an alert stands."""

    FIRING = "firing"
    RESOLVED = "resolved"


class IncidentState(StrEnum):
    """Where an incident stands."""

    OPEN = "open"
    RESOLVED = "resolved"


@dataclass(frozen=True)
class Signal:
    """What a sender says about one alert.

    `source` names the sender (`goal`, `alertmanager`); `fingerprint` is its key for the alert there: the same fingerprint
    with the same `starts_at` is the same alert, however often it is said. `thing` is what fails, None if the sender named
    nothing that is known. `figures` are plain JSON values with units in their names, shown to people as evidence.
    `foreseen_end` is until when an alert that fires holds if nothing more is said of it, where the sender says so.
    """

    source: str
    fingerprint: str
    status: SignalStatus
    title: str
    thing: EntityRef | None
    alert_class: AlertClass
    severity: Severity
    starts_at: datetime
    ends_at: datetime | None = None
    labels: Mapping[str, str] = field(default_factory=dict)
    annotations: Mapping[str, str] = field(default_factory=dict)
    figures: Mapping[str, Any] = field(default_factory=dict)
    link: str | None = None
    foreseen_end: datetime | None = None


@dataclass(frozen=True)
class Alert:
    """An alert as kept: the signal's facts, its state, and the incident that it belongs to.

    `incident` is None where all that was ever heard of the alert is that it is over.
    """

    id: str
    source: str
    fingerprint: str
    state: AlertState
    title: str
    thing: EntityRef | None
    alert_class: AlertClass
    severity: Severity
    starts_at: datetime
    ends_at: datetime | None
    last_said_at: datetime
    times_said: int
    labels: Mapping[str, str]
    annotations: Mapping[str, str]
    figures: Mapping[str, Any]
    link: str | None
    incident: str | None


@dataclass(frozen=True)
class Incident:
    """What people work on: alerts of one thing and class, grouped while it is open.

    `holder` is the group that holds the pager, named by coverage when it opened (None: nobody answers for it, and why is in
    `because`). `number` counts from 1 and is what people say aloud.
    """

    id: str
    number: int
    state: IncidentState
    title: str
    thing: EntityRef | None
    alert_class: AlertClass
    severity: Severity
    holder: EntityRef | None
    team: str | None
    engagement: str | None
    because: tuple[Mapping[str, Any], ...]
    opened_at: datetime
    resolved_at: datetime | None


@dataclass(frozen=True)
class Course:
    """An incident, when the first of its alerts `began`, and the first of those that were asked for by name (None: it has none)."""

    incident: Incident
    began: datetime
    asked_for: datetime | None


@dataclass(frozen=True)
class Received:
    """What became of a signal that belongs to an incident; `news` when it fired or ended, rather than was said again."""

    alert_id: str
    incident_id: str
    incident_number: int
    news: bool
