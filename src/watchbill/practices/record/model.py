"""The record's nouns."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any


class Kind(StrEnum):
    """What kind of thing happened. Sentences for people are made from kind and details where they are shown."""

    BURN_FOUND = "burnFound"
    BURN_ENDED = "burnEnded"
    ALERT_FIRED = "alertFired"
    ALERT_RESOLVED = "alertResolved"
    ALERTS_FIRED = "alertsFired"
    ALERTS_RESOLVED = "alertsResolved"
    INCIDENT_OPENED = "incidentOpened"
    INCIDENT_RESOLVED = "incidentResolved"
    HOLDER_NAMED = "holderNamed"
    PAGE_DUE = "pageDue"
    STEP_TAKEN = "stepTaken"
    STEP_REACHED_NOBODY = "stepReachedNobody"
    STEP_BROUGHT_FORWARD = "stepBroughtForward"
    NOTICE_SENT = "noticeSent"
    NOTICE_FAILED = "noticeFailed"
    NOTICE_DROPPED = "noticeDropped"
    PAGE_ACKNOWLEDGED = "pageAcknowledged"
    ACKNOWLEDGEMENT_EXPIRED = "acknowledgementExpired"
    PAGE_RESOLVED = "pageResolved"
    PAGE_EXHAUSTED = "pageExhausted"
    PAGE_DUE_AGAIN = "pageDueAgain"
    PAGE_PUT_OFF = "pagePutOff"


@dataclass(frozen=True)
class Entry:
    """One thing that happened to `subject` (an incident's id). `actor` is a user reference, or `watchbill`.

    `caused_by` is the id of the entry that led here; `details` holds plain JSON values, figures with their units in the name.
    """

    id: str
    subject: str
    at: datetime
    kind: Kind
    actor: str
    details: Mapping[str, Any]
    caused_by: str | None


@dataclass(frozen=True)
class Audited:
    """A change that a person made: who, what (`action`), to which thing, by which right (`because`), and with what reason."""

    id: str
    at: datetime
    actor: str
    action: str
    subject: str
    because: str
    reason: str
    details: Mapping[str, Any]
