"""Where the record is kept. Rows are added, never changed."""

from __future__ import annotations

import sqlalchemy as sa

from watchbill.store.columns import Instant, Json, metadata, one_of
from watchbill.store.store import Transaction

from .model import Audited, Entry, Kind

record = sa.Table(
    "record",
    metadata,
    sa.Column("id", sa.String(26), primary_key=True),
    sa.Column("subject", sa.String(26), nullable=False),
    sa.Column("at", Instant, nullable=False),
    sa.Column("kind", sa.String(40), nullable=False),
    sa.Column("actor", sa.String(255), nullable=False),
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
    sa.Column("actor", sa.String(255), nullable=False),
    sa.Column("action", sa.String(60), nullable=False),
    sa.Column("subject", sa.String(255), nullable=False),
    sa.Column("because", sa.Text, nullable=False),
    sa.Column("reason", sa.Text, nullable=False),
    sa.Column("details", Json, nullable=False),
    sa.Index("ix_audit_at", "at"),
)


async def add_entry(transaction: Transaction, entry: Entry) -> None:
    """Append to the record."""
    await transaction.execute(
        record.insert().values(
            id=entry.id,
            subject=entry.subject,
            at=entry.at,
            kind=entry.kind.value,
            actor=entry.actor,
            details=dict(entry.details),
            caused_by=entry.caused_by,
        )
    )


async def entries_of(transaction: Transaction, subject: str) -> list[Entry]:
    """Return what happened to a subject, oldest first."""
    rows = await transaction.execute(
        sa.select(record).where(record.c.subject == subject).order_by(record.c.at, record.c.id)
    )
    return [
        Entry(row["id"], row["subject"], row["at"], Kind(row["kind"]), row["actor"], row["details"], row["caused_by"])
        for row in rows.mappings()
    ]


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


async def newest_audited(transaction: Transaction, limit: int) -> list[Audited]:
    """Return the newest audited changes, newest first."""
    rows = await transaction.execute(sa.select(audit).order_by(audit.c.at.desc(), audit.c.id.desc()).limit(limit))
    return [Audited(**row) for row in rows.mappings()]
