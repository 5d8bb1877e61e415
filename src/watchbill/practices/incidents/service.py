"""The verbs of incidents: take in what senders say, resolve, and look. Each is one unit of work unless it is handed one.

What is accepted is on disk when a verb returns, with the page and the notices that follow from it: either all or nothing.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.exc import DBAPIError, IntegrityError

from watchbill.lib.errors import NotFound, Refused, Unavailable
from watchbill.org.authority import Action, Decision, decide
from watchbill.org.in_force import OrganizationInForce
from watchbill.org.values import EntityRef
from watchbill.practices.oncall.model import Notice, Page
from watchbill.practices.oncall.service import OnCallService
from watchbill.practices.record import service as record
from watchbill.practices.record.model import Entry
from watchbill.store.store import Store, Transaction

from . import intake, rules, tables
from .batch import Batch
from .courses import courses
from .model import Alert, Course, Incident, IncidentState, Received, Signal, SignalStatus
from .rules import AlertMove

_ATTEMPTS = 5
_MOST_LISTED = 500
MOST_IN_ONE_UNIT = 500
MOST_GROUPS_IN_ONE_UNIT = 50
MOST_ALERTS_SHOWN = 200
_RACES_LOST = frozenset({"40001", "40P01"})


@dataclass(frozen=True)
class IncidentFile:
    """What is shown of one incident: its alerts, its page (None: it woke nobody), the notices, and what happened in order.

    Of many alerts these are the 200 that began last, of a long record the beginning and the end; the counts are of all.
    """

    incident: Incident
    alerts: list[Alert]
    page: Page | None
    notices: list[Notice]
    record: list[Entry]
    alert_count: int
    record_count: int


class IncidentsService:
    """The door to alerts and incidents. `moves` counts what signals did since the process began, for the metrics."""

    def __init__(self, store: Store, organization: OrganizationInForce, oncall: OnCallService) -> None:
        self._store = store
        self._organization = organization
        self._oncall = oncall
        self.moves: Counter[AlertMove] = Counter()

    async def receive(self, transaction: Transaction, signals: Sequence[Signal], now: datetime) -> list[Received]:
        """Take in signals inside another's unit of work; return what became of those that belong to an incident.

        Saying something twice changes nothing but how often it was said. What fires is taken in before what ended, so
        that an incident is not closed and opened again between two alerts of one batch. The end of an alert that was
        never heard of opens nothing and has no answer.
        """
        if not signals:
            return []
        await tables.take_turn(transaction)
        organization = self._organization.organization
        batch = await Batch.load(transaction, organization, signals, now)
        taking = intake.Intake(transaction, organization, self._oncall, now, batch)
        received: list[Received] = []
        for signal in _those_that_fire_first(signals):
            taken = await taking.take(signal)
            self.moves[taken.move] += 1
            if taken.received is not None:
                received.append(taken.received)
        await taking.finish()
        return received

    async def take(self, signals: Sequence[Signal], now: datetime) -> list[Received]:
        """Take in signals in units of work of their own; when this returns, they are all on disk.

        A unit is bounded in alerts and in what it may open, so that others get their turn between. One that lost a race is
        done again. Raises Unavailable when that does not help: then some may be on disk, and saying them again doubles none.
        """
        received: list[Received] = []
        for part in _units(_those_that_fire_first(signals)):
            received += await self._take_part(part, now)
        return received

    async def _take_part(self, signals: Sequence[Signal], now: datetime) -> list[Received]:
        lost: DBAPIError | None = None
        for _ in range(_ATTEMPTS):
            try:
                async with self._store.writing() as transaction:
                    return await self.receive(transaction, signals, now)
            except DBAPIError as error:
                if not _lost_a_race(error):
                    raise
                lost = error
        raise Unavailable("The database let others go first again and again.", "Send the same again.") from lost

    async def resolve(self, incident_id: str, actor: EntityRef, now: datetime, reason: str = "") -> Incident:
        """Resolve an incident by a person's decision; its page ends. Raises NotFound, Refused, Conflict.

        Alerts that still fire stay as they are: said again a minute later or more, they open a new incident.
        """
        async with self._store.reading() as transaction:
            incident = await _incident(transaction, incident_id)
        decision = await self._decide(incident, actor, now)
        if not decision.allowed:
            raise Refused(
                f"{actor} may not resolve incident {incident.number}.",
                "; ".join(decision.instead),
                instead=decision.instead,
                about=str(incident.thing or ""),
            )
        async with self._store.writing() as transaction:
            await tables.take_turn(transaction)
            resolved = await intake.close(
                transaction,
                self._oncall,
                await _incident(transaction, incident.id),
                now,
                caused_by=await tables.opened_entry(transaction, incident.id),
                actor=str(actor),
                reason=reason,
            )
            await record.changed(
                transaction,
                now,
                actor=str(actor),
                action=Action.RESOLVE.value,
                subject=incident.id,
                because=decision.by,
                reason=reason,
                details={"number": incident.number},
            )
        return resolved

    async def _decide(self, incident: Incident, actor: EntityRef, now: datetime) -> Decision:
        organization = self._organization.organization
        page = await self._oncall.page_of(incident.id)
        return decide(
            organization,
            actor,
            Action.RESOLVE,
            incident.thing,
            now,
            on_watch=page is not None and await self._oncall.is_on_watch_for(page, actor, now),
            reached=page is not None and await self._oncall.has_reached(page.id, actor),
        )

    async def open_incidents(self) -> list[Incident]:
        """Return the open incidents, 500 at most: those that wake somebody first, the oldest first among equals."""
        async with self._store.reading() as transaction:
            return await tables.open_incidents(transaction, _MOST_LISTED)

    async def open_count(self) -> int:
        """Return how many incidents are open, however many there are."""
        async with self._store.reading() as transaction:
            return await tables.count_open(transaction)

    async def incidents(
        self,
        *,
        state: IncidentState | None = None,
        thing: EntityRef | None = None,
        holder: EntityRef | None = None,
        limit: int = 50,
        before: int | None = None,
    ) -> list[Incident]:
        """Return incidents, the newest first; `before` is the last number of the page before, to go on from there."""
        async with self._store.reading() as transaction:
            return await tables.list_incidents(
                transaction,
                state=state,
                thing=thing,
                holder=holder,
                before=before,
                limit=max(1, min(limit, _MOST_LISTED)),
            )

    async def courses(
        self, thing: EntityRef, fingerprints: Sequence[str], since: datetime, until: datetime
    ) -> list[Course]:
        """Return the incidents that went on in [since, until) and concern a thing, or have one of these alerts of goals."""
        async with self._store.reading() as transaction:
            return await courses(transaction, thing, fingerprints, since, until)

    async def alerts_said_by(
        self, source: str, fingerprints: Collection[str], *, limit: int = 20
    ) -> list[tuple[Alert, int | None]]:
        """Return the newest alerts of some fingerprints of a sender, newest first, each with the number of its incident."""
        async with self._store.reading() as transaction:
            return await tables.alerts_said_by(transaction, source, fingerprints, limit)

    async def incident(self, id_or_number: str) -> IncidentFile:
        """Return all about one incident, by its id or by the number that people say. Raises NotFound."""
        async with self._store.reading() as transaction:
            incident = await _incident(transaction, id_or_number)
            alerts = await tables.alerts_of(transaction, incident.id, MOST_ALERTS_SHOWN)
            alert_count = await tables.count_of_alerts(transaction, incident.id)
            entries, record_count = await record.file_of(transaction, incident.id)
        page = await self._oncall.page_of(incident.id)
        notices = [] if page is None else await self._oncall.notices_of(page.id)
        return IncidentFile(incident, alerts, page, notices, entries, alert_count, record_count)


def _units(signals: Sequence[Signal]) -> Iterator[list[Signal]]:
    """Yield signals in parts: at most 500 of them, that may open at most 50 incidents."""
    part: list[Signal] = []
    groups: set[str] = set()
    for signal in signals:
        group = rules.group_key(signal)
        if len(part) == MOST_IN_ONE_UNIT or (group not in groups and len(groups) == MOST_GROUPS_IN_ONE_UNIT):
            yield part
            part, groups = [], set()
        part.append(signal)
        groups.add(group)
    if part:
        yield part


def _those_that_fire_first(signals: Sequence[Signal]) -> list[Signal]:
    return sorted(signals, key=lambda signal: signal.status is SignalStatus.RESOLVED)


async def _incident(transaction: Transaction, id_or_number: str) -> Incident:
    text = id_or_number.strip().removeprefix("#")
    if text.isascii() and text.isdigit() and len(text) < 10:
        found = await tables.incident_by(transaction, number=int(text))
    else:
        found = await tables.incident_by(transaction, id=text.lower())
    if found is None:
        raise NotFound(f"There is no incident “{id_or_number[:40]}”.", "The list of incidents shows their numbers.")
    return found


def _lost_a_race(error: DBAPIError) -> bool:
    state = getattr(error.orig, "sqlstate", None) or getattr(error.orig, "pgcode", None)
    return isinstance(error, IntegrityError) or state in _RACES_LOST
