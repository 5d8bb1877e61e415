"""Where alerts and incidents are kept, and the queries on them.

At most one incident is open per group, and an alert is one (source, fingerprint, starts_at): both are unique indexes, so
that no race between replicas can double them.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from watchbill.org.charters import AlertClass
from watchbill.org.objectives import Severity
from watchbill.org.values import EntityRef
from watchbill.store.columns import Instant, Json, Row, Values, Words, metadata, one_of
from watchbill.store.store import Transaction

from .model import Alert, AlertState, Incident, IncidentState

_SEQUENCE = "incidents"
_MOST_PARAMETERS = 500
SILENT_SECONDS = 15
# Written out, not bound: a database uses a partial index only where it sees its condition.
_IS_OPEN = "state = 'open'"

incident_numbers = sa.Table(
    "incident_numbers",
    metadata,
    sa.Column("sequence", sa.String(20), primary_key=True),
    sa.Column("last", sa.Integer, nullable=False),
)

incidents = sa.Table(
    "incidents",
    metadata,
    sa.Column("id", sa.String(26), primary_key=True),
    sa.Column("number", sa.Integer, nullable=False, unique=True),
    sa.Column("group_key", Words, nullable=False),
    sa.Column("state", sa.String(20), nullable=False),
    sa.Column("title", Words, nullable=False),
    sa.Column("thing", Words),
    sa.Column("alert_class", sa.String(20), nullable=False),
    sa.Column("severity", sa.String(20), nullable=False),
    sa.Column("holder", Words),
    sa.Column("team", Words),
    sa.Column("engagement", Words),
    sa.Column("because", Json, nullable=False),
    sa.Column("opened_at", Instant, nullable=False),
    sa.Column("resolved_at", Instant),
    sa.Column("opened_entry", sa.String(26), nullable=False),
    one_of("state", IncidentState),
    one_of("alert_class", AlertClass),
    one_of("severity", Severity),
    sa.Index(
        "uq_incidents_open_group",
        "group_key",
        unique=True,
        sqlite_where=sa.text(_IS_OPEN),
        postgresql_where=sa.text(_IS_OPEN),
    ),
    sa.Index("ix_incidents_state_number", "state", "number"),
    sa.Index("ix_incidents_thing_number", "thing", "number"),
    sa.Index("ix_incidents_holder_number", "holder", "number"),
)

alerts = sa.Table(
    "alerts",
    metadata,
    sa.Column("id", sa.String(26), primary_key=True),
    sa.Column("source", Words, nullable=False),
    sa.Column("fingerprint", Words, nullable=False),
    sa.Column("state", sa.String(20), nullable=False),
    sa.Column("title", Words, nullable=False),
    sa.Column("thing", Words),
    sa.Column("alert_class", sa.String(20), nullable=False),
    sa.Column("severity", sa.String(20), nullable=False),
    sa.Column("starts_at", Instant, nullable=False),
    sa.Column("ends_at", Instant),
    sa.Column("over_since", Instant),
    sa.Column("last_said_at", Instant, nullable=False),
    sa.Column("times_said", sa.Integer, nullable=False),
    sa.Column("labels", Json, nullable=False),
    sa.Column("annotations", Json, nullable=False),
    sa.Column("figures", Json, nullable=False),
    sa.Column("link", Words),
    sa.Column("incident", sa.String(26), sa.ForeignKey("incidents.id")),
    sa.Column("fired_entry", sa.String(26)),
    one_of("state", AlertState),
    one_of("alert_class", AlertClass),
    one_of("severity", Severity),
    sa.UniqueConstraint("source", "fingerprint", "starts_at"),
    sa.Index("ix_alerts_incident_starts_at", "incident", "starts_at", "id"),
    sa.Index("ix_alerts_incident_state", "incident", "state"),
)

AlertKey = tuple[str, str, datetime]
_NEVER_CHANGED = frozenset({"id", "source", "fingerprint", "starts_at"})


async def take_turn(transaction: Transaction) -> None:
    """Wait until no other unit of work is grouping alerts; held until this one ends.

    With one at a time, what is read about open incidents stays true, numbers have no holes, and no two can deadlock. A
    replica whose machine vanished in its turn loses it after `SILENT_SECONDS`: the server ends its session.
    """
    if transaction.dialect.name == "postgresql":
        await transaction.execute(
            sa.select(sa.func.set_config("idle_in_transaction_session_timeout", f"{SILENT_SECONDS}s", True))
        )
    await transaction.execute(
        sa.text("INSERT INTO incident_numbers (sequence, last) VALUES (:name, 0) ON CONFLICT (sequence) DO NOTHING"),
        {"name": _SEQUENCE},
    )
    await transaction.execute(
        sa.select(incident_numbers.c.last).where(incident_numbers.c.sequence == _SEQUENCE).with_for_update()
    )


async def next_number(transaction: Transaction) -> int:
    """Return the next incident number; the caller has taken its turn."""
    return int(
        await transaction.scalar(
            incident_numbers.update()
            .where(incident_numbers.c.sequence == _SEQUENCE)
            .values(last=incident_numbers.c.last + 1)
            .returning(incident_numbers.c.last)
        )
        or 0
    )


async def known_alerts(transaction: Transaction, keys: Collection[AlertKey]) -> dict[AlertKey, Values]:
    """Return the rows of those alerts that have been heard of, by key."""
    wanted = set(keys)
    sources = sorted({source for source, _, _ in wanted})
    first = min((starts_at for _, _, starts_at in wanted), default=None)
    found: dict[AlertKey, Values] = {}
    for part in _parts({fingerprint for _, fingerprint, _ in wanted}):
        rows = await transaction.execute(
            sa.select(alerts).where(
                alerts.c.source.in_(sources), alerts.c.fingerprint.in_(part), alerts.c.starts_at >= first
            )
        )
        for row in rows.mappings():
            key = (row["source"], row["fingerprint"], row["starts_at"])
            if key in wanted:
                found[key] = dict(row)
    return found


async def add_alerts(transaction: Transaction, rows: Sequence[Mapping[str, Any]]) -> None:
    """Keep alerts that were not known."""
    if rows:
        await transaction.execute(alerts.insert(), list(rows))


async def update_alerts(transaction: Transaction, rows: Sequence[Mapping[str, Any]]) -> None:
    """Change what is known of alerts; each row is whole."""
    if not rows:
        return
    changing = [column.name for column in alerts.c if column.name not in _NEVER_CHANGED]
    change = (
        alerts.update()
        .where(alerts.c.id == sa.bindparam("alert"))
        .values({name: sa.bindparam(f"new_{name}") for name in changing})
    )
    await transaction.execute(
        change, [{"alert": row["id"], **{f"new_{name}": row[name] for name in changing}} for row in rows]
    )


async def alerts_of(transaction: Transaction, incident: str, limit: int) -> list[Alert]:
    """Return the alerts of an incident that began last, at most `limit`, in the order in which they began."""
    rows = await transaction.execute(
        sa.select(alerts)
        .where(alerts.c.incident == incident)
        .order_by(alerts.c.starts_at.desc(), alerts.c.id.desc())
        .limit(limit)
    )
    return [alert_from(row) for row in reversed(rows.mappings().all())]


async def alerts_said_by(
    transaction: Transaction, source: str, fingerprints: Collection[str], limit: int
) -> list[tuple[Alert, int | None]]:
    """Return the newest alerts of some fingerprints of a sender, newest first, each with the number of its incident."""
    rows = await transaction.execute(
        sa.select(alerts, incidents.c.number)
        .outerjoin(incidents, incidents.c.id == alerts.c.incident)
        .where(alerts.c.source == source, alerts.c.fingerprint.in_(sorted(fingerprints)))
        .order_by(alerts.c.starts_at.desc(), alerts.c.id.desc())
        .limit(limit)
    )
    return [(alert_from(row), row["number"]) for row in rows.mappings()]


async def count_of_alerts(transaction: Transaction, incident: str) -> int:
    """Return how many alerts an incident has."""
    count = sa.select(sa.func.count()).select_from(alerts).where(alerts.c.incident == incident)
    return int(await transaction.scalar(count) or 0)


async def still_firing(transaction: Transaction, incident_ids: Collection[str]) -> set[str]:
    """Return those of these incidents in which an alert fires."""
    found: set[str] = set()
    for part in _parts(incident_ids):
        rows = await transaction.scalars(
            sa.select(alerts.c.incident)
            .where(alerts.c.incident.in_(part), alerts.c.state == AlertState.FIRING.value)
            .distinct()
        )
        found.update(rows)
    return found


async def add_incident(transaction: Transaction, incident: Incident, group_key: str, opened_entry: str) -> None:
    """Keep a new incident; `opened_entry` is the entry of the record that tells of its opening."""
    await transaction.execute(
        incidents.insert().values(
            id=incident.id,
            number=incident.number,
            group_key=group_key,
            state=incident.state.value,
            title=incident.title,
            thing=_text(incident.thing),
            alert_class=incident.alert_class.value,
            severity=incident.severity.value,
            holder=_text(incident.holder),
            team=incident.team,
            engagement=incident.engagement,
            because=[dict(reason) for reason in incident.because],
            opened_at=incident.opened_at,
            resolved_at=None,
            opened_entry=opened_entry,
        )
    )


async def raise_incident(transaction: Transaction, incident: Incident) -> None:
    """Store the severity of an incident, and whom its pager was given to for it."""
    await transaction.execute(
        incidents.update()
        .where(incidents.c.id == incident.id)
        .values(
            severity=incident.severity.value,
            holder=_text(incident.holder),
            team=incident.team,
            engagement=incident.engagement,
            because=[dict(reason) for reason in incident.because],
        )
    )


async def move_incident(
    transaction: Transaction, incident: str, old: IncidentState, new: IncidentState, at: datetime
) -> bool:
    """Move an incident from `old` to `new`; return False when it is no longer in `old`."""
    result = await transaction.execute(
        incidents.update()
        .where(incidents.c.id == incident, incidents.c.state == old.value)
        .values(state=new.value, resolved_at=at if new is IncidentState.RESOLVED else None)
    )
    return result.rowcount == 1


async def open_in_groups(transaction: Transaction, keys: Collection[str]) -> dict[str, Incident]:
    """Return the open incidents of these groups, by group."""
    found: dict[str, Incident] = {}
    for part in _parts(keys):
        rows = await transaction.execute(sa.select(incidents).where(incidents.c.group_key.in_(part), sa.text(_IS_OPEN)))
        found |= {row["group_key"]: incident_from(row) for row in rows.mappings()}
    return found


async def incidents_by_id(transaction: Transaction, ids: Collection[str]) -> list[Incident]:
    """Return the incidents with these ids."""
    found: list[Incident] = []
    for part in _parts(ids):
        rows = await transaction.execute(sa.select(incidents).where(incidents.c.id.in_(part)))
        found += [incident_from(row) for row in rows.mappings()]
    return found


async def count_open(transaction: Transaction) -> int:
    """Return how many incidents are open."""
    count = sa.select(sa.func.count()).select_from(incidents).where(sa.text(_IS_OPEN))
    return int(await transaction.scalar(count) or 0)


async def open_incidents(transaction: Transaction, limit: int) -> list[Incident]:
    """Return the open incidents: those that wake somebody first, the oldest first among equals."""
    wakes_nobody = sa.case((incidents.c.severity == Severity.PAGE.value, 0), else_=1)
    rows = await transaction.execute(
        sa.select(incidents).where(sa.text(_IS_OPEN)).order_by(wakes_nobody, incidents.c.number).limit(limit)
    )
    return [incident_from(row) for row in rows.mappings()]


async def incident_by(transaction: Transaction, *, id: str = "", number: int | None = None) -> Incident | None:  # noqa: A002 - the column's name
    """Return the incident with this id, or with this number."""
    condition = incidents.c.id == id if number is None else incidents.c.number == number
    row = (await transaction.execute(sa.select(incidents).where(condition))).mappings().one_or_none()
    return None if row is None else incident_from(row)


async def opened_entry(transaction: Transaction, incident: str) -> str | None:
    """Return the entry of the record that tells of an incident's opening."""
    return await transaction.scalar(sa.select(incidents.c.opened_entry).where(incidents.c.id == incident))


async def list_incidents(
    transaction: Transaction,
    *,
    state: IncidentState | None = None,
    thing: EntityRef | None = None,
    holder: EntityRef | None = None,
    before: int | None = None,
    limit: int,
) -> list[Incident]:
    """Return incidents, the newest first; `before` is the number to go on below."""
    query = sa.select(incidents).order_by(incidents.c.number.desc()).limit(limit)
    if state is not None:
        query = query.where(incidents.c.state == state.value)
    if thing is not None:
        query = query.where(incidents.c.thing == str(thing))
    if holder is not None:
        query = query.where(incidents.c.holder == str(holder))
    if before is not None:
        query = query.where(incidents.c.number < before)
    return [incident_from(row) for row in (await transaction.execute(query)).mappings()]


def incident_from(row: Row) -> Incident:
    """Return the incident that a row holds."""
    return Incident(
        id=row["id"],
        number=row["number"],
        state=IncidentState(row["state"]),
        title=row["title"],
        thing=_reference(row["thing"]),
        alert_class=AlertClass(row["alert_class"]),
        severity=Severity(row["severity"]),
        holder=_reference(row["holder"]),
        team=row["team"],
        engagement=row["engagement"],
        because=tuple(row["because"]),
        opened_at=row["opened_at"],
        resolved_at=row["resolved_at"],
    )


def alert_from(row: Row) -> Alert:
    """Return the alert that a row holds."""
    return Alert(
        id=row["id"],
        source=row["source"],
        fingerprint=row["fingerprint"],
        state=AlertState(row["state"]),
        title=row["title"],
        thing=_reference(row["thing"]),
        alert_class=AlertClass(row["alert_class"]),
        severity=Severity(row["severity"]),
        starts_at=row["starts_at"],
        ends_at=row["ends_at"],
        last_said_at=row["last_said_at"],
        times_said=row["times_said"],
        labels=row["labels"],
        annotations=row["annotations"],
        figures=row["figures"],
        link=row["link"],
        incident=row["incident"],
    )


def _parts(values: Collection[str]) -> Iterator[list[str]]:
    """Yield values in parts that one statement may name."""
    ordered = sorted(values)
    for start in range(0, len(ordered), _MOST_PARAMETERS):
        yield ordered[start : start + _MOST_PARAMETERS]


def _text(ref: EntityRef | None) -> str | None:
    return None if ref is None else str(ref)


def _reference(text: str | None) -> EntityRef | None:
    return None if text is None else EntityRef.parse(text, kind="component")
