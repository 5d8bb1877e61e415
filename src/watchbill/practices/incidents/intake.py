"""Takes in what senders say, inside one unit of work: keeps alerts, groups them, opens and resolves incidents and their pages.

It decides nothing itself: `rules.py` says what a signal does, `org.coverage` who holds the pager. It never begins or ends
the unit of work.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from watchbill.lib.ids import new_id
from watchbill.lib.instants import rfc3339
from watchbill.org.because import Because
from watchbill.org.coverage import PagerAnswer, pager
from watchbill.org.objectives import Severity
from watchbill.org.organization import Organization
from watchbill.practices.oncall.service import OnCallService
from watchbill.practices.record import service as record
from watchbill.practices.record.model import Kind
from watchbill.store.store import Transaction

from . import rules, tables
from .model import AlertState, Incident, IncidentState, Received, Signal, SignalStatus
from .rules import AlertMove

GOAL_SOURCE = "goal"
_LONGEST_TITLE = 300

KnownAlert = Mapping[str, Any]


@dataclass(frozen=True)
class Taken:
    """What a signal did, and what became of it; `received` is None where it belongs to no incident."""

    move: AlertMove
    received: Received | None


def key_of(signal: Signal) -> tables.AlertKey:
    """Return what makes a signal's alert the same alert."""
    return signal.source, signal.fingerprint, signal.starts_at


class Intake:
    """One batch of signals in one unit of work; whoever makes it has taken the turn (`tables.take_turn`).

    `known` are the rows of the alerts that the batch speaks of and that were heard of before.
    """

    def __init__(
        self,
        transaction: Transaction,
        organization: Organization,
        oncall: OnCallService,
        now: datetime,
        known: Mapping[tables.AlertKey, KnownAlert],
    ) -> None:
        self._transaction = transaction
        self._organization = organization
        self._oncall = oncall
        self._now = now
        self._known = dict(known)

    async def take(self, signal: Signal) -> Taken:
        """Take in one signal."""
        alert = self._known.get(key_of(signal))
        incident = await self._incident_of(alert)
        state = None if alert is None else AlertState(alert["state"])
        move = rules.alert_move(state, signal.status, _over_since(alert, incident), self._now)
        if move in rules.OPENS_OR_JOINS:
            return await self._fires(move, signal, alert)
        if alert is None:
            await self._keep_unheard(signal)
            return Taken(move, None)
        if move is AlertMove.ENDS:
            return await self._ends(signal, alert, incident)
        return await self._said_again(move, signal, alert, incident)

    async def _incident_of(self, alert: KnownAlert | None) -> Incident | None:
        if alert is None or alert["incident"] is None:
            return None
        return await tables.incident_by(self._transaction, id=alert["incident"])

    async def _fires(self, move: AlertMove, signal: Signal, alert: KnownAlert | None) -> Taken:
        keys = rules.keys_to_join(self._organization, signal)
        incident = await tables.open_in_group(self._transaction, keys)
        alert_id = new_id(self._now) if alert is None else str(alert["id"])
        incident_id = new_id(self._now) if incident is None else incident.id
        entry = await self._tell_firing(signal, alert_id, incident_id)
        if incident is None:
            incident = await self._open(incident_id, signal, entry)
        elif rules.is_raised(incident.severity, signal.severity):
            incident = await self._raise(incident, entry)
        values = {
            **_facts(signal),
            "state": AlertState.FIRING.value,
            "severity": signal.severity.value,
            "ends_at": None,
            "over_since": None,
            "last_said_at": self._now,
            "times_said": 1 if alert is None else alert["times_said"] + 1,
            "incident": incident.id,
            "fired_entry": entry,
        }
        await self._keep(signal, alert, alert_id, values)
        return Taken(move, Received(alert_id, incident.id, incident.number, news=True))

    async def _ends(self, signal: Signal, alert: KnownAlert, incident: Incident | None) -> Taken:
        await self._keep(signal, alert, alert["id"], {**self._end(signal, alert), "state": AlertState.RESOLVED.value})
        if incident is None:
            return Taken(AlertMove.ENDS, None)
        entry = await record.happened(
            self._transaction,
            incident.id,
            Kind.BURN_ENDED if signal.source == GOAL_SOURCE else Kind.ALERT_RESOLVED,
            self._now,
            caused_by=alert["fired_entry"],
            **_told(signal, alert["id"]),
            ended_at=rfc3339(signal.ends_at or self._now),
            figures=dict(signal.figures),
        )
        if incident.state is IncidentState.OPEN and rules.is_over(
            await tables.states_of_alerts(self._transaction, incident.id)
        ):
            await close(self._transaction, self._oncall, incident, self._now, caused_by=entry)
        return Taken(AlertMove.ENDS, Received(alert["id"], incident.id, incident.number, news=True))

    async def _said_again(self, move: AlertMove, signal: Signal, alert: KnownAlert, incident: Incident | None) -> Taken:
        values: dict[str, Any] = {"times_said": alert["times_said"] + 1, "last_said_at": self._now}
        if signal.status is SignalStatus.RESOLVED:
            values |= self._end(signal, alert)
        elif move is AlertMove.SAID_AGAIN:
            severity = rules.highest([Severity(alert["severity"]), signal.severity])
            values |= {**_facts(signal), "severity": severity.value}
            if incident is not None and rules.is_raised(incident.severity, severity):
                values["fired_entry"] = await self._tell_firing(signal, alert["id"], incident.id)
                await self._raise(incident, values["fired_entry"])
        await self._keep(signal, alert, alert["id"], values)
        if incident is None:
            return Taken(move, None)
        return Taken(move, Received(alert["id"], incident.id, incident.number, news="fired_entry" in values))

    async def _keep_unheard(self, signal: Signal) -> None:
        """Remember that an alert is over of which nothing else was heard, in case its firing is still on its way."""
        values = {
            **_facts(signal),
            "state": AlertState.RESOLVED.value,
            "severity": signal.severity.value,
            "ends_at": signal.ends_at or self._now,
            "over_since": self._now,
            "last_said_at": self._now,
            "times_said": 1,
            "incident": None,
            "fired_entry": None,
        }
        await self._keep(signal, None, new_id(self._now), values)

    async def _keep(self, signal: Signal, alert: KnownAlert | None, alert_id: str, values: Mapping[str, Any]) -> None:
        if alert is None:
            source, fingerprint, starts_at = key_of(signal)
            alert = {"id": alert_id, "source": source, "fingerprint": fingerprint, "starts_at": starts_at, **values}
            await tables.add_alert(self._transaction, alert)
        else:
            alert = {**alert, **values}
            await tables.update_alert(self._transaction, alert_id, values)
        self._known[key_of(signal)] = alert

    def _end(self, signal: Signal, alert: KnownAlert) -> dict[str, Any]:
        ended = signal.ends_at or self._now
        known = alert["ends_at"]
        return {
            "ends_at": ended if known is None else max(known, ended),
            "over_since": self._now,
            "last_said_at": self._now,
            "times_said": alert["times_said"] + 1,
        }

    async def _tell_firing(self, signal: Signal, alert_id: str, incident_id: str) -> str:
        return await record.happened(
            self._transaction,
            incident_id,
            Kind.BURN_FOUND if signal.source == GOAL_SOURCE else Kind.ALERT_FIRED,
            self._now,
            **_told(signal, alert_id),
            started_at=rfc3339(signal.starts_at),
            figures=dict(signal.figures),
            link=signal.link,
        )

    async def _open(self, incident_id: str, signal: Signal, caused_by: str) -> Incident:
        answer = pager(self._organization, signal.thing, signal.alert_class, self._now)
        incident = Incident(
            id=incident_id,
            number=await tables.next_number(self._transaction),
            state=IncidentState.OPEN,
            title=signal.title[:_LONGEST_TITLE],
            thing=signal.thing,
            alert_class=signal.alert_class,
            severity=signal.severity,
            holder=answer.holder,
            team=answer.team,
            engagement=answer.engagement,
            because=reasons(answer),
            opened_at=self._now,
            resolved_at=None,
        )
        opened = await record.happened(
            self._transaction,
            incident.id,
            Kind.INCIDENT_OPENED,
            self._now,
            caused_by=caused_by,
            number=incident.number,
            title=incident.title,
            severity=incident.severity.value,
        )
        await tables.add_incident(self._transaction, incident, rules.group_key(signal), opened)
        await self._name_holder(incident, answer, opened)
        return incident

    async def _raise(self, incident: Incident, caused_by: str) -> Incident:
        """Turn a ticket into a page: whoever holds the pager now is called."""
        answer = pager(self._organization, incident.thing, incident.alert_class, self._now)
        raised = replace(
            incident,
            severity=Severity.PAGE,
            holder=answer.holder,
            team=answer.team,
            engagement=answer.engagement,
            because=reasons(answer),
        )
        await tables.raise_incident(self._transaction, raised)
        await self._name_holder(raised, answer, caused_by)
        return raised

    async def _name_holder(self, incident: Incident, answer: PagerAnswer, caused_by: str) -> None:
        named = await record.happened(
            self._transaction,
            incident.id,
            Kind.HOLDER_NAMED,
            self._now,
            caused_by=caused_by,
            holder=None if answer.holder is None else str(answer.holder),
            team=answer.team,
            engagement=answer.engagement,
            policy=answer.policy,
            advisers=list(answer.advisers),
            told=[str(group) for group in answer.told],
            gap=answer.gap,
            because=[dict(reason) for reason in incident.because],
        )
        if incident.severity is Severity.PAGE:
            await self._oncall.open_page(self._transaction, incident, answer, self._now, named)


async def close(
    transaction: Transaction,
    oncall: OnCallService,
    incident: Incident,
    now: datetime,
    *,
    caused_by: str | None,
    actor: str = record.WATCHBILL,
    reason: str = "",
) -> Incident:
    """Resolve an incident and end its page. Raises Conflict when it is resolved already."""
    rules.check_move(incident.number, incident.state, IncidentState.RESOLVED)
    if not await tables.move_incident(transaction, incident.id, incident.state, IncidentState.RESOLVED, now):
        rules.check_move(incident.number, IncidentState.RESOLVED, IncidentState.RESOLVED)
    entry = await record.happened(
        transaction,
        incident.id,
        Kind.INCIDENT_RESOLVED,
        now,
        actor=actor,
        caused_by=caused_by,
        number=incident.number,
        open_seconds=int((now - incident.opened_at).total_seconds()),
        reason=reason,
    )
    if incident.severity is Severity.PAGE:
        await oncall.end_page(transaction, incident.id, now, actor=actor, caused_by=entry)
    return replace(incident, state=IncidentState.RESOLVED, resolved_at=now)


def reasons(answer: PagerAnswer) -> tuple[Mapping[str, Any], ...]:
    """Return the reasons of an answer as plain JSON values: rule, text, document, file and line."""
    return tuple(_reason(because) for because in answer.because)


def _reason(because: Because) -> Mapping[str, Any]:
    place = because.place
    return {
        "rule": because.rule,
        "text": because.text,
        "document": because.document,
        "file": None if place is None else place.file,
        "line": None if place is None else place.line,
    }


def _over_since(alert: KnownAlert | None, incident: Incident | None) -> datetime | None:
    """Return since when an alert, or the incident it is in, is over."""
    if alert is None:
        return None
    ended: datetime | None = alert["over_since"]
    if ended is None and incident is not None:
        return incident.resolved_at
    return ended


def _facts(signal: Signal) -> dict[str, Any]:
    return {
        "title": signal.title[:_LONGEST_TITLE],
        "thing": None if signal.thing is None else str(signal.thing),
        "alert_class": signal.alert_class.value,
        "labels": dict(signal.labels),
        "annotations": dict(signal.annotations),
        "figures": dict(signal.figures),
        "link": signal.link,
    }


def _told(signal: Signal, alert_id: str) -> dict[str, Any]:
    return {
        "alert": alert_id,
        "source": signal.source,
        "title": signal.title[:_LONGEST_TITLE],
        "thing": None if signal.thing is None else str(signal.thing),
        "alert_class": signal.alert_class.value,
        "severity": signal.severity.value,
    }
