"""Where the record is kept. Rows are added, never changed."""

from __future__ import annotations

from collections.abc import Collection, Sequence

import sqlalchemy as sa

from watchbill.store.columns import Instant, Json, Row, Words, metadata, one_of
from watchbill.store.store import Transaction

from .model import Audited, Entry, Kind

record = sa.Table(
    "record",
    metadata,
    sa.Column("id", sa.String(26), primary_key=True),
    sa.Column("subject", sa.String(26), nullable=False),
    sa.Column("at", Instant, nullable=False),
    sa.Column("kind", sa.String(40), nullable=False),
    sa.Column("actor", Words, nullable=False),
    sa.Column("details", Json, nullable=False),
    sa.Column("caused_by", sa.String(26)),
    one_of("kind", Kind),
    sa.Index("ix_record_subject_at", "subject", "at", "id"),
)

audit = sa.Table(
    "audit",
    metadata,
    sa.Column("id", sa.String(26), primary_key=True),
    sa.Column("at", Instant, nullable=False),
    sa.Column("actor", Words, nullable=False),
    sa.Column("action", Words, nullable=False),
    sa.Column("subject", Words, nullable=False),
    sa.Column("because", Words, nullable=False),
    sa.Column("reason", Words, nullable=False),
    sa.Column("details", Json, nullable=False),
    sa.Index("ix_audit_at", "at"),
)


async def add_entries(transaction: Transaction, entries: Sequence[Entry]) -> None:
    """Append to the record."""
    if entries:
        await transaction.execute(record.insert(), [_values(entry) for entry in entries])


async def entries_of(transaction: Transaction, subject: str) -> list[Entry]:
    """Return what happened to a subject, oldest first."""
    rows = await transaction.execute(
        sa.select(record).where(record.c.subject == subject).order_by(record.c.at, record.c.id)
    )
    return [_entry(row) for row in rows.mappings()]


async def ends_of(transaction: Transaction, subject: str, first: int, last: int) -> list[Entry]:
    """Return the first and the last entries of a subject, oldest first, each once."""
    mine = sa.select(record).where(record.c.subject == subject)
    oldest = await transaction.execute(mine.order_by(record.c.at, record.c.id).limit(first))
    newest = await transaction.execute(mine.order_by(record.c.at.desc(), record.c.id.desc()).limit(last))
    found = {row["id"]: _entry(row) for row in oldest.mappings()}
    found |= {row["id"]: _entry(row) for row in reversed(newest.mappings().all())}
    return list(found.values())


async def count_of(transaction: Transaction, subject: str) -> int:
    """Return how many entries a subject has."""
    count = sa.select(sa.func.count()).select_from(record).where(record.c.subject == subject)
    return int(await transaction.scalar(count) or 0)


async def newest_of(transaction: Transaction, subject: str, kinds: Collection[Kind], limit: int) -> list[Entry]:
    """Return the newest entries of some kinds of a subject, newest first."""
    rows = await transaction.execute(
        sa.select(record)
        .where(record.c.subject == subject, record.c.kind.in_([kind.value for kind in kinds]))
        .order_by(record.c.at.desc(), record.c.id.desc())
        .limit(limit)
    )
    return [_entry(row) for row in rows.mappings()]


async def kind_of(transaction: Transaction, entry: str) -> Kind | None:
    """Return the kind of an entry, None where there is none."""
    kind = await transaction.scalar(sa.select(record.c.kind).where(record.c.id == entry))
    return None if kind is None else Kind(kind)


async def add_audited(transaction: Transaction, audited: Audited) -> None:
    """Append to the audit."""
    await transaction.execute(
        audit.insert().values(
            id=audited.id,
            at=audited.at,
            actor=audited.actor,
            action=audited.action,
            subject=audited.subject,
            because=audited.because,
            reason=audited.reason,
            details=dict(audited.details),
        )
    )


async def newest_audited(transaction: Transaction, limit: int, before: str | None = None) -> list[Audited]:
    """Return the newest audited changes, newest first; with `before` only those older than the one with this id."""
    query = sa.select(audit).order_by(audit.c.at.desc(), audit.c.id.desc()).limit(limit)
    if before is not None:
        at = sa.select(audit.c.at).where(audit.c.id == before).scalar_subquery()
        query = query.where(sa.or_(audit.c.at < at, sa.and_(audit.c.at == at, audit.c.id < before)))
    return [Audited(**row) for row in (await transaction.execute(query)).mappings()]


def _values(entry: Entry) -> dict[str, object]:
    return {
        "id": entry.id,
        "subject": entry.subject,
        "at": entry.at,
        "kind": entry.kind.value,
        "actor": entry.actor,
        "details": dict(entry.details),
        "caused_by": entry.caused_by,
    }


def _entry(row: Row) -> Entry:
    return Entry(**(dict(row) | {"kind": Kind(row["kind"])}))
