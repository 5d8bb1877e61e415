"""What a signal does to an alert, and an alert to an incident: tables and pure functions. It never reads a clock or a store.

Signals may arrive late, twice, or in the wrong order: an alert is one (source, fingerprint, starts_at), and whatever
the order of what is said about it within `LATE_WITHIN`, it ends in the same state.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from enum import StrEnum

from watchbill.lib.errors import Conflict
from watchbill.org.charters import AlertClass
from watchbill.org.objectives import Severity
from watchbill.org.organization import Organization
from watchbill.org.values import EntityRef

from .model import AlertState, IncidentState, Signal, SignalStatus

LATE_WITHIN = timedelta(minutes=1)
"""How long a firing that arrives after its end is taken for a late delivery. Said after that, it fires again.

A sender that lost sight of its alert for a while says it ended and then, when it sees again, that the same alert fires:
that must page. Copies that two senders of a pair deliver arrive within seconds of each other.
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


def alert_move(state: AlertState | None, status: SignalStatus, over_since: datetime | None, now: datetime) -> AlertMove:
    """Return what a signal does to an alert in `state` (None: never heard of).

    `over_since` is when the alert was said to have ended or its incident was resolved, None while it is open.
    """
    move = ALERT_MOVES[state, status]
    if status is SignalStatus.FIRING and over_since is not None:
        return AlertMove.FIRES_AGAIN if now - over_since > LATE_WITHIN else AlertMove.CAME_LATE
    return move


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

    An alert that its sender calls a symptom of the platform joins the incident of what the thing critically depends on;
    every other alert stands for its own thing.
    """
    own = group_key(signal)
    thing = organization.things.get(signal.thing) if signal.thing is not None else None
    if thing is None or signal.alert_class is not AlertClass.PLATFORM:
        return (own,)
    below = (dependency.on for dependency in thing.dependencies if dependency.critical)
    return (own, *(key_of(ref, alert_class) for ref in below for alert_class in AlertClass))


def is_raised(old: Severity, new: Severity) -> bool:
    """Return whether an alert makes an open incident one that wakes somebody."""
    return old is Severity.TICKET and new is Severity.PAGE


def highest(severities: Iterable[Severity]) -> Severity:
    """Return the severity that asks for most."""
    return Severity.PAGE if Severity.PAGE in set(severities) else Severity.TICKET


def is_over(states: Iterable[AlertState]) -> bool:
    """Return whether an incident with alerts in these states has nothing that fires any more."""
    return AlertState.FIRING not in set(states)
