"""What a signal does to an alert, and an alert to an incident: tables and pure functions. It never reads a clock or a store.

Signals may arrive late, twice, or in the wrong order: an alert is one (source, fingerprint, starts_at), and whatever
the order of what is said about it within `LATE_WITHIN`, it ends in the same state.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from watchbill.lib.errors import Conflict
from watchbill.org.charters import AlertClass
from watchbill.org.footing import levels_below
from watchbill.org.objectives import Severity
from watchbill.org.organization import Organization
from watchbill.org.values import EntityRef

from .model import AlertState, IncidentState, Signal, SignalStatus

LATE_WITHIN = timedelta(minutes=1)
"""How long a firing that arrives after its end is taken for a late delivery. Said after that, it fires again.

A sender that lost sight of its alert for a while says it ended and then, when it sees again, that the same alert fires:
that must page. Copies that two senders of a pair deliver arrive within seconds of each other. A firing whose sender says
until when it holds is late however long after it comes, once that instant is past or no later than the known end.
"""


class AlertMove(StrEnum):
    """What a signal does to the alert that it speaks of."""

    FIRES = "fires"
    SAID_AGAIN = "saidAgain"
    FIRES_AGAIN = "firesAgain"
    CAME_LATE = "cameLate"
    ENDS = "ends"
    ENDS_UNHEARD = "endsUnheard"


ALERT_MOVES: Mapping[tuple[AlertState | None, SignalStatus], AlertMove] = {
    (None, SignalStatus.FIRING): AlertMove.FIRES,
    (None, SignalStatus.RESOLVED): AlertMove.ENDS_UNHEARD,
    (AlertState.FIRING, SignalStatus.FIRING): AlertMove.SAID_AGAIN,
    (AlertState.FIRING, SignalStatus.RESOLVED): AlertMove.ENDS,
    (AlertState.RESOLVED, SignalStatus.FIRING): AlertMove.CAME_LATE,
    (AlertState.RESOLVED, SignalStatus.RESOLVED): AlertMove.SAID_AGAIN,
}

OPENS_OR_JOINS = frozenset({AlertMove.FIRES, AlertMove.FIRES_AGAIN})

INCIDENT_MOVES: Mapping[IncidentState, frozenset[IncidentState]] = {
    IncidentState.OPEN: frozenset({IncidentState.RESOLVED}),
    IncidentState.RESOLVED: frozenset(),
}


@dataclass(frozen=True)
class Over:
    """An alert that is over: `since` when it was said to have ended or its incident was resolved; `ended_at` the end given."""

    since: datetime
    ended_at: datetime | None


def alert_move(
    state: AlertState | None,
    status: SignalStatus,
    over: Over | None,
    now: datetime,
    foreseen_end: datetime | None = None,
) -> AlertMove:
    """Return what a signal does to an alert in `state` (None: never heard of); `over` is None while it is open."""
    if status is SignalStatus.FIRING and over is not None:
        late = now - over.since <= LATE_WITHIN or _is_outlived(foreseen_end, over.ended_at, now)
        return AlertMove.CAME_LATE if late else AlertMove.FIRES_AGAIN
    return ALERT_MOVES[state, status]


def _is_outlived(foreseen_end: datetime | None, ended_at: datetime | None, now: datetime) -> bool:
    """Return whether a firing was said to hold only until an instant that is past, or that the alert's end has overtaken."""
    return foreseen_end is not None and (foreseen_end <= now or (ended_at is not None and foreseen_end <= ended_at))


def check_move(number: int, old: IncidentState, new: IncidentState) -> None:
    """Raise Conflict unless an incident may go from `old` to `new`."""
    if new not in INCIDENT_MOVES[old]:
        raise Conflict(f"Incident {number} is already {old.value}.", "A new alert opens a new incident.")


def group_key(signal: Signal) -> str:
    """Return what an incident is about while it is open: one thing and alert class.

    Where no known thing is named, alerts of one sender and one name belong together.
    """
    if signal.thing is not None:
        return key_of(signal.thing, signal.alert_class)
    name = signal.labels.get("alertname") or signal.title
    return f"{signal.source} {hashlib.sha256(name.encode()).hexdigest()[:40]}"


def key_of(thing: EntityRef, alert_class: AlertClass) -> str:
    """Return the group key of a known thing and alert class."""
    return f"{thing} {alert_class.value}"


def keys_to_join(organization: Organization, signal: Signal) -> tuple[str, ...]:
    """Return the groups whose open incident an alert may join, in order of preference.

    An alert that its sender calls a symptom of the platform joins the incident of what the thing critically stands on, the
    nearest first; every other alert stands for its own thing.
    """
    own = group_key(signal)
    thing = organization.things.get(signal.thing) if signal.thing is not None else None
    if thing is None or signal.alert_class is not AlertClass.PLATFORM:
        return (own,)
    below = (step.edge.on for level in levels_below(organization.things, thing) for step in level)
    return (own, *(key_of(ref, alert_class) for ref in below for alert_class in AlertClass))


def is_raised(old: Severity, new: Severity) -> bool:
    """Return whether an alert makes an open incident one that wakes somebody."""
    return old is Severity.TICKET and new is Severity.PAGE


def highest(severities: Iterable[Severity]) -> Severity:
    """Return the severity that asks for most."""
    return Severity.PAGE if Severity.PAGE in set(severities) else Severity.TICKET
