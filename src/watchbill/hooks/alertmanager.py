"""Reads what an Alertmanager posts (webhook, version 4) as signals. It never stores, and never answers for a sender's mistakes:
what it cannot read it refuses with the place in the body and the reason, each alert for itself.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from watchbill.lib.errors import Invalid
from watchbill.org.charters import AlertClass
from watchbill.org.objectives import Severity
from watchbill.org.organization import Organization
from watchbill.org.values import EntityRef
from watchbill.practices.incidents.model import Signal, SignalStatus
from watchbill.store.columns import storable

SOURCE = "alertmanager"
LARGEST_BODY = 16 * 1024 * 1024
MOST_ALERTS = 10_000
MOST_LABELS = 1_000
LONGEST_FINGERPRINT = 128

THING_LABELS = ("service", "component", "job")
CLASS_LABEL = "watchbill_class"
SEVERITY_LABEL = "severity"
SEVERITIES: Mapping[str, Severity] = {
    "page": Severity.PAGE,
    "critical": Severity.PAGE,
    "warning": Severity.TICKET,
    "ticket": Severity.TICKET,
    "info": Severity.TICKET,
}

_RFC3339 = re.compile(r"^\d{4}-\d{2}-\d{2}[Tt]\d{2}:\d{2}:\d{2}(\.\d+)?([Zz]|[+-]\d{2}:\d{2})$")
_ZERO_TIME = "0001-"
_YEARS = range(1970, 9000)
_FAULTS_TOLD = 5
_LONGEST_LINK = 2_000

_Pairs = Annotated[dict[str, str], Field(max_length=MOST_LABELS)]


class TooLarge(Invalid):
    """The body is larger than is read."""

    code = "tooLarge"
    status = 413


class _Alert(BaseModel):
    model_config = ConfigDict(strict=True, extra="ignore")

    status: Annotated[str, Field(pattern="^(firing|resolved)$")]
    labels: _Pairs
    annotations: _Pairs = {}
    startsAt: str  # noqa: N815 - the sender's spelling
    endsAt: str | None = None  # noqa: N815 - the sender's spelling
    generatorURL: str | None = None  # noqa: N815 - the sender's spelling
    fingerprint: Annotated[str, Field(max_length=LONGEST_FINGERPRINT)] | None = None


class _Body(BaseModel):
    model_config = ConfigDict(strict=True, extra="ignore")

    version: str
    alerts: list[Any]


@dataclass(frozen=True)
class Unreadable:
    """An alert that was not taken: its place in the body's list, counted from 0, and why."""

    index: int
    why: str


@dataclass(frozen=True)
class Posted:
    """What a body says: the signals of the alerts that can be read, in the order sent, and the alerts that cannot."""

    signals: tuple[Signal, ...]
    refused: tuple[Unreadable, ...]


def read(body: bytes, organization: Organization, now: datetime) -> Posted:
    """Return what a webhook body says; an alert that is in it twice is said twice.

    Labels name the thing: `service`, else `component`, else `job`, by the name of a component or a full reference; the
    first that is known in the organisation is taken. `watchbill_class` names the alert class, `severity` whether it
    pages (`page`, `critical`, and whatever is not known) or not (`warning`, `ticket`, `info`). `now` stands in where an
    alert ended and the sender does not say when. Raises Invalid where nothing can be read, TooLarge.
    """
    alerts = _parsed(body)
    signals, refused = [], []
    for index, alert in enumerate(alerts[:MOST_ALERTS]):
        try:
            signals.append(_signal(_one(alert, index), index, organization, now))
        except Invalid as error:
            refused.append(Unreadable(index, error.what))
    if refused and not signals:
        raise _unreadable(_summary([each.why for each in refused]))
    if len(alerts) > MOST_ALERTS:
        beyond = f"this alert and all after it: a body may hold {MOST_ALERTS} of them, this one has {len(alerts)}"
        refused.append(Unreadable(MOST_ALERTS, beyond))
    return Posted(tuple(signals), tuple(refused))


def _one(alert: object, index: int) -> _Alert:
    try:
        return _Alert.model_validate(alert)
    except ValidationError as error:
        raise _unreadable(_told(error, ("alerts", index))) from error


def _parsed(body: bytes) -> list[Any]:
    if len(body) > LARGEST_BODY:
        raise TooLarge(
            f"The body has {len(body)} bytes; at most {LARGEST_BODY} are read.",
            "Set max_alerts in the receiver's webhook_configs.",
        )
    try:
        content = json.loads(body.decode("utf-8"))
    except UnicodeDecodeError as error:
        raise _unreadable(f"The body is not UTF-8 (byte {error.start}).") from error
    except RecursionError as error:
        raise _unreadable("The body is nested too deeply.") from error
    except ValueError as error:
        raise _unreadable(f"The body is not JSON: {error}.") from error
    if not isinstance(content, dict):
        raise _unreadable("The body is not a JSON object.")
    if content.get("version") != "4":
        raise _unreadable(f"The body has version {_shown(content.get('version'))}; version “4” is read here.")
    try:
        return _Body.model_validate(content).alerts
    except ValidationError as error:
        raise _unreadable(_told(error, ())) from error


def _unreadable(what: str) -> Invalid:
    return Invalid(what, "Send what Alertmanager's webhook receiver sends, version 4.")


def _shown(value: object) -> str:
    return f"“{value[:20]}”" if isinstance(value, str) else "that is no text"


def _told(error: ValidationError, inside: tuple[int | str, ...]) -> str:
    faults = error.errors(include_url=False, include_input=False, include_context=False)
    return _summary([f"{_path((*inside, *fault['loc']))}: {fault['msg']}" for fault in faults])


def _summary(faults: Sequence[str]) -> str:
    more = f" … and {len(faults) - _FAULTS_TOLD} more" if len(faults) > _FAULTS_TOLD else ""
    return storable("; ".join(faults[:_FAULTS_TOLD]) + more)


def _path(location: Sequence[int | str]) -> str:
    text = ""
    for part in location:
        text += f"[{part}]" if isinstance(part, int) else f".{part[:60]}"
    return text.removeprefix(".")


def _read_time(text: str, where: str) -> datetime:
    """Return an RFC 3339 time in UTC; finer than microseconds is cut off. Raises Invalid."""
    try:
        instant = datetime.fromisoformat(text.upper()) if _RFC3339.match(text) else None
    except ValueError:
        instant = None
    if instant is None:
        shown = storable(text[:40])
        raise _unreadable(f"{where}: “{shown}” is not a time such as 2026-03-02T18:00:00Z.")
    if instant.year not in _YEARS:
        raise _unreadable(f"{where}: the year {instant.year} cannot be meant.")
    return instant.astimezone(UTC)


def _given_end(alert: _Alert, index: int) -> datetime | None:
    """Return the end that the sender gives: that of an alert that is over, or the one foreseen for an alert that fires."""
    given = alert.endsAt
    return None if not given or given.startswith(_ZERO_TIME) else _read_time(given, f"alerts[{index}].endsAt")


def _signal(alert: _Alert, index: int, organization: Organization, now: datetime) -> Signal:
    starts_at = _read_time(alert.startsAt, f"alerts[{index}].startsAt")
    given_end, fires = _given_end(alert, index), alert.status == SignalStatus.FIRING.value
    labels, annotations = _clean(alert.labels), _clean(alert.annotations)
    thing = _thing(labels, organization)
    return Signal(
        source=SOURCE,
        fingerprint=storable(alert.fingerprint or "") or _fingerprint(labels),
        status=SignalStatus(alert.status),
        title=_title(labels, annotations, thing),
        thing=thing,
        alert_class=_alert_class(labels, thing, organization),
        severity=SEVERITIES.get(labels.get(SEVERITY_LABEL, "").strip().lower(), Severity.PAGE),
        starts_at=starts_at,
        ends_at=None if fires else given_end or now,
        labels=labels,
        annotations=annotations,
        link=_link(alert.generatorURL),
        foreseen_end=given_end if fires else None,
    )


def _clean(pairs: Mapping[str, str]) -> dict[str, str]:
    return {storable(name): storable(value) for name, value in pairs.items()}


def _fingerprint(labels: Mapping[str, str]) -> str:
    return hashlib.sha256(json.dumps(sorted(labels.items())).encode()).hexdigest()[:32]


def _thing(labels: Mapping[str, str], organization: Organization) -> EntityRef | None:
    for label in THING_LABELS:
        try:
            ref = EntityRef.parse(labels.get(label, ""), kind="component")
        except ValueError:
            continue
        if ref in organization.things:
            return ref
    return None


def _alert_class(labels: Mapping[str, str], thing: EntityRef | None, organization: Organization) -> AlertClass:
    said = labels.get(CLASS_LABEL, "").strip().lower()
    if said in set(AlertClass):
        return AlertClass(said)
    if thing is not None and organization.things[thing].is_workflow:
        return AlertClass.WORKFLOW
    return AlertClass.APPLICATION


def _title(labels: Mapping[str, str], annotations: Mapping[str, str], thing: EntityRef | None) -> str:
    summary = " ".join(annotations.get("summary", "").split())
    if summary:
        return summary
    name = labels.get("alertname", "").strip() or "Alert without a name"
    about = (
        str(thing) if thing is not None else next((labels[label] for label in THING_LABELS if labels.get(label)), "")
    )
    return f"{name}: {about}" if about else name


def _link(url: str | None) -> str | None:
    """Return the sender's link, if it is one that a page may carry."""
    if url is None or len(url) > _LONGEST_LINK or not url.startswith(("http://", "https://")):
        return None
    return storable(url)
