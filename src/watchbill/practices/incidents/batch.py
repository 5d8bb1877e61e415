"""What one batch of signals knows and will write, so that a thousand alerts are read and written in a few statements.

It decides nothing. What is written down here reaches the database with `flush`; the record's part of it earlier where
somebody else reads it in the same unit of work.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from watchbill.lib.ids import new_id
from watchbill.org.organization import Organization
from watchbill.practices.record import service as record
from watchbill.practices.record.model import Entry, Kind
from watchbill.store.store import Transaction

from . import rules, tables
from .model import Incident, IncidentState, Signal, SignalStatus

TOLD_ONE_BY_ONE = 20
_TITLES_TOLD = 3
_TOGETHER = {Kind.ALERT_FIRED: Kind.ALERTS_FIRED, Kind.ALERT_RESOLVED: Kind.ALERTS_RESOLVED}

KnownAlert = Mapping[str, Any]


def key_of(signal: Signal) -> tables.AlertKey:
    """Return what makes a signal's alert the same alert."""
    return signal.source, signal.fingerprint, signal.starts_at


@dataclass
class _Together:
    """An entry of the record that stands for many alerts."""

    id: str
    caused_by: str | None
    count: int = 0
    titles: list[str] = field(default_factory=list)


class Batch:
    """The alerts that a batch speaks of, the incidents that they are in or may join, and what is to be written."""

    def __init__(self, transaction: Transaction, now: datetime, known: Mapping[tables.AlertKey, KnownAlert]) -> None:
        self._transaction = transaction
        self._now = now
        self._alerts = dict(known)
        self._new: dict[tables.AlertKey, None] = {}
        self._changed: dict[tables.AlertKey, None] = {}
        self._incidents: dict[str, Incident] = {}
        self._open: dict[str, str] = {}
        self._entries: list[Entry] = []
        self._told: Counter[tuple[str, Kind]] = Counter()
        self._together: dict[tuple[str, Kind, str], _Together] = {}

    @classmethod
    async def load(
        cls, transaction: Transaction, organization: Organization, signals: Sequence[Signal], now: datetime
    ) -> Batch:
        """Read what signals may be about; whoever asks has taken the turn (`tables.take_turn`), so that it stays true."""
        known = await tables.known_alerts(transaction, [key_of(signal) for signal in signals])
        batch = cls(transaction, now, known)
        spoken_of = {str(alert["incident"]) for alert in known.values() if alert["incident"] is not None}
        for incident in await tables.incidents_by_id(transaction, spoken_of):
            batch._incidents[incident.id] = incident
        keys = {
            key
            for signal in signals
            if signal.status is SignalStatus.FIRING
            for key in rules.keys_to_join(organization, signal)
        }
        for key, incident in (await tables.open_in_groups(transaction, keys)).items():
            batch._incidents[incident.id] = incident
            batch._open[key] = incident.id
        return batch

    def alert(self, signal: Signal) -> KnownAlert | None:
        """Return what is known of a signal's alert, None when it has never been heard of."""
        return self._alerts.get(key_of(signal))

    def incident_of(self, alert: KnownAlert | None) -> Incident | None:
        """Return the incident that an alert is in."""
        return None if alert is None or alert["incident"] is None else self._incidents[alert["incident"]]

    def incident(self, incident_id: str) -> Incident:
        """Return an incident of the batch."""
        return self._incidents[incident_id]

    def open_in(self, keys: Iterable[str]) -> Incident | None:
        """Return the open incident of the first of these groups that has one."""
        return next((self._incidents[self._open[key]] for key in keys if key in self._open), None)

    def know(self, incident: Incident, group_key: str | None = None) -> None:
        """Remember how an incident stands now, and the group that it is open for."""
        self._incidents[incident.id] = incident
        if group_key is not None and incident.state is IncidentState.OPEN:
            self._open[group_key] = incident.id

    def keep(self, signal: Signal, alert_id: str, values: Mapping[str, Any]) -> None:
        """Keep what a signal makes of its alert."""
        key = key_of(signal)
        alert = self._alerts.get(key)
        if alert is None:
            source, fingerprint, starts_at = key
            alert = {"id": alert_id, "source": source, "fingerprint": fingerprint, "starts_at": starts_at}
            self._new[key] = None
        elif key not in self._new:
            self._changed[key] = None
        self._alerts[key] = {**alert, **values}

    def tell(self, incident_id: str, kind: Kind, caused_by: str | None, details: Mapping[str, Any]) -> str:
        """Write down that something happened to an incident; return the entry's id."""
        entry = Entry(new_id(self._now), incident_id, self._now, kind, record.WATCHBILL, details, caused_by)
        self._entries.append(entry)
        return entry.id

    def tell_of_one_of_many(
        self, incident_id: str, kind: Kind, caused_by: str | None, details: Mapping[str, Any]
    ) -> str:
        """Write down what became of an alert: the first ones each for itself, the others of the batch in one entry."""
        self._told[incident_id, kind] += 1
        if kind not in _TOGETHER or self._told[incident_id, kind] <= TOLD_ONE_BY_ONE:
            return self.tell(incident_id, kind, caused_by, details)
        key = (incident_id, _TOGETHER[kind], str(details["source"]))
        together = self._together.setdefault(key, _Together(new_id(self._now), caused_by))
        together.count += 1
        if len(together.titles) < _TITLES_TOLD:
            together.titles.append(details["title"])
        return together.id

    async def flush_record(self) -> None:
        """Write the record's entries that are complete."""
        await record.all_happened(self._transaction, self._entries)
        self._entries = []

    async def flush(self) -> None:
        """Write everything; the incidents are in the database already."""
        await tables.add_alerts(self._transaction, [self._alerts[key] for key in self._new])
        await tables.update_alerts(self._transaction, [self._alerts[key] for key in self._changed])
        self._new, self._changed = {}, {}
        for (incident_id, kind, source), together in self._together.items():
            details = {"source": source, "count": together.count, "titles": together.titles}
            self._entries.append(
                Entry(together.id, incident_id, self._now, kind, record.WATCHBILL, details, together.caused_by)
            )
        self._together = {}
        await self.flush_record()
