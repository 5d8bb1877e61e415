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
from .batch import Batch, KnownAlert
from .model import AlertState, Incident, IncidentState, Received, Signal, SignalStatus
from .rules import AlertMove

GOAL_SOURCE = "goal"
_LONGEST_TITLE = 300


@dataclass(frozen=True)
class Taken:
    """What a signal did, and what became of it; `received` is None where it belongs to no incident."""

    move: AlertMove
    received: Received | None


class Intake:
    """One batch of signals in one unit of work; whoever makes it has taken the turn (`tables.take_turn`)."""

    def __init__(
        self,
        transaction: Transaction,
        organization: Organization,
        oncall: OnCallService,
        now: datetime,
        batch: Batch,
    ) -> None:
        self._transaction = transaction
        self._organization = organization
        self._oncall = oncall
        self._now = now
        self._batch = batch
        self._called: set[str] = set()
        self._last_ends: dict[str, str] = {}

    async def take(self, signal: Signal) -> Taken:
        """Take in one signal; it is on disk after `finish`."""
        alert = self._batch.alert(signal)
        incident = self._batch.incident_of(alert)
        state = None if alert is None else AlertState(alert["state"])
        move = rules.alert_move(state, signal.status, _over(alert, incident), self._now, signal.foreseen_end)
        if move in rules.OPENS_OR_JOINS:
            return await self._fires(move, signal, alert)
        if alert is None:
            self._keep_unheard(signal)
            return Taken(move, None)
        if move is AlertMove.ENDS:
            return self._ends(signal, alert, incident)
        return await self._said_again(move, signal, alert, incident)

    async def finish(self) -> None:
        """Write what the batch holds, and close the incidents in which nothing fires any more."""
        await self._batch.flush()
        ended = {
            incident_id: entry
            for incident_id, entry in self._last_ends.items()
            if self._batch.incident(incident_id).state is IncidentState.OPEN
        }
        firing = await tables.still_firing(self._transaction, ended.keys())
        for incident_id, entry in ended.items():
            if incident_id not in firing:
                incident = self._batch.incident(incident_id)
                await close(self._transaction, self._oncall, incident, self._now, caused_by=entry)

    async def _fires(self, move: AlertMove, signal: Signal, alert: KnownAlert | None) -> Taken:
        incident = self._batch.open_in(rules.keys_to_join(self._organization, signal))
        alert_id = new_id(self._now) if alert is None else str(alert["id"])
        if incident is None:
            incident, entry = await self._open(signal, alert_id)
        elif rules.is_raised(incident.severity, signal.severity):
            entry = self._tell_firing(signal, alert_id, incident.id)
            incident = await self._raise(incident, entry)
        else:
            details = _firing(signal, alert_id)
            entry = self._batch.tell_of_one_of_many(incident.id, _found(signal), None, details)
            await self._call_again(incident, signal, entry)
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
        self._batch.keep(signal, alert_id, values)
        return Taken(move, Received(alert_id, incident.id, incident.number, news=True))

    def _ends(self, signal: Signal, alert: KnownAlert, incident: Incident | None) -> Taken:
        self._batch.keep(signal, alert["id"], {**self._end(signal, alert), "state": AlertState.RESOLVED.value})
        if incident is None:
            return Taken(AlertMove.ENDS, None)
        details = {
            **_told(signal, alert["id"]),
            "ended_at": rfc3339(signal.ends_at or self._now),
            "figures": dict(signal.figures),
        }
        kind = Kind.BURN_ENDED if signal.source == GOAL_SOURCE else Kind.ALERT_RESOLVED
        entry = self._batch.tell_of_one_of_many(incident.id, kind, alert["fired_entry"], details)
        self._last_ends[incident.id] = entry
        return Taken(AlertMove.ENDS, Received(alert["id"], incident.id, incident.number, news=True))

    async def _said_again(self, move: AlertMove, signal: Signal, alert: KnownAlert, incident: Incident | None) -> Taken:
        values: dict[str, Any] = {"times_said": alert["times_said"] + 1, "last_said_at": self._now}
        if signal.status is SignalStatus.RESOLVED:
            values |= self._end(signal, alert)
        elif move is AlertMove.SAID_AGAIN:
            severity = rules.highest([Severity(alert["severity"]), signal.severity])
            values |= {**_facts(signal), "severity": severity.value}
            if incident is not None and rules.is_raised(incident.severity, severity):
                values["fired_entry"] = self._tell_firing(signal, alert["id"], incident.id)
                await self._raise(incident, values["fired_entry"])
        self._batch.keep(signal, alert["id"], values)
        if incident is None:
            return Taken(move, None)
        return Taken(move, Received(alert["id"], incident.id, incident.number, news="fired_entry" in values))

    async def _call_again(self, incident: Incident, signal: Signal, entry: str) -> None:
        """Call for an incident again that nobody took, because of one alert of this batch that pages."""
        if signal.severity is not Severity.PAGE or incident.id in self._called:
            return
        self._called.add(incident.id)
        await self._batch.flush_record()
        await self._oncall.call_again(
            self._transaction, incident.id, self._now, title=signal.title[:_LONGEST_TITLE], caused_by=entry
        )

    def _keep_unheard(self, signal: Signal) -> None:
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
        self._batch.keep(signal, new_id(self._now), values)

    def _end(self, signal: Signal, alert: KnownAlert) -> dict[str, Any]:
        ended = signal.ends_at or self._now
        known = alert["ends_at"]
        return {
            "ends_at": ended if known is None else max(known, ended),
            "over_since": self._now,
            "last_said_at": self._now,
            "times_said": alert["times_said"] + 1,
        }

    def _tell_firing(self, signal: Signal, alert_id: str, incident_id: str) -> str:
        return self._batch.tell(incident_id, _found(signal), None, _firing(signal, alert_id))

    async def _open(self, signal: Signal, alert_id: str) -> tuple[Incident, str]:
        """Open the incident of an alert; return it with the entry that tells of the alert."""
        answer = pager(self._organization, signal.thing, signal.alert_class, self._now)
        incident = Incident(
            id=new_id(self._now),
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
        fired = self._tell_firing(signal, alert_id, incident.id)
        details = {"number": incident.number, "title": incident.title, "severity": incident.severity.value}
        opened = self._batch.tell(incident.id, Kind.INCIDENT_OPENED, fired, details)
        group_key = rules.group_key(signal)
        await tables.add_incident(self._transaction, incident, group_key, opened)
        self._batch.know(incident, group_key)
        await self._name_holder(incident, answer, opened)
        return incident, fired

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
        self._batch.know(raised)
        await self._name_holder(raised, answer, caused_by)
        return raised

    async def _name_holder(self, incident: Incident, answer: PagerAnswer, caused_by: str) -> None:
        details = {
            "holder": None if answer.holder is None else str(answer.holder),
            "team": answer.team,
            "engagement": answer.engagement,
            "policy": answer.policy,
            "advisers": list(answer.advisers),
            "told": [str(group) for group in answer.told],
            "gap": answer.gap,
            "because": [dict(reason) for reason in incident.because],
        }
        named = self._batch.tell(incident.id, Kind.HOLDER_NAMED, caused_by, details)
        if incident.severity is Severity.PAGE:
            self._called.add(incident.id)
            await self._batch.flush_record()
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


def _over(alert: KnownAlert | None, incident: Incident | None) -> rules.Over | None:
    """Return since when an alert, or the incident it is in, is over; None while it is open."""
    if alert is None:
        return None
    since = alert["over_since"] or (None if incident is None else incident.resolved_at)
    return None if since is None else rules.Over(since, alert["ends_at"])


def _found(signal: Signal) -> Kind:
    return Kind.BURN_FOUND if signal.source == GOAL_SOURCE else Kind.ALERT_FIRED


def _firing(signal: Signal, alert_id: str) -> dict[str, Any]:
    return {
        **_told(signal, alert_id),
        "started_at": rfc3339(signal.starts_at),
        "figures": dict(signal.figures),
        "link": signal.link,
    }


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
